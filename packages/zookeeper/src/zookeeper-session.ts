import type { Clock } from '@eldest/core'
import { CLOCK_STEP_MS, DRIFT_MARGIN, KeptSession } from '@eldest/core/adapter'
import type { ZooKeeperConnection } from './zookeeper-connection.js'
import { ZooKeeperCreation } from './zookeeper-creation.js'
import { Heartbeats } from './zookeeper-heartbeat.js'
import type { ZooKeeperSpace } from './zookeeper-space.js'
import type { ZooKeeperWrites } from './zookeeper-writes.js'

/** What a session is made of. */
export interface ZooKeeperSessionOptions {
  connection: ZooKeeperConnection
  space: ZooKeeperSpace
  writes: ZooKeeperWrites
  clock: Clock
  tickMs: number
  requestTimeoutMs: number
  /** How many servers there are to try. */
  servers: number
}

/**
 * Opens a session, which is a connection of its own, and keeps it by heartbeats of our own: a check in a transaction,
 * six times a timeout. The client's own pings prove nothing, as a follower that has lost its leader answers them.
 */
export async function openZooKeeperSession(
  options: ZooKeeperSessionOptions,
  signal: AbortSignal,
): Promise<KeptSession> {
  const { connection, space, writes, clock, tickMs, requestTimeoutMs } = options
  const bornMs = clock.now()
  await connection.open(signal)
  const { id, timeoutMs: ttlMs } = connection
  const heartbeats = new Heartbeats(bornMs, tickMs)
  const creation = new ZooKeeperCreation(options, id)
  let ending = false
  let cancelAbandoning = () => {}
  return new KeptSession({
    clock,
    id,
    ttlMs,
    heldSinceMs: bornMs,
    requestTimeoutMs,
    intervalMs: ttlMs / 6,
    marginMs: ttlMs * DRIFT_MARGIN + CLOCK_STEP_MS + tickMs / 2,
    backend: {
      async renew(signal) {
        const heartbeat = await connection.send({ what: `renew session ${id}` }, signal, async (client) => {
          const { server } = connection
          const sentMs = clock.now()
          await client.transact([{ type: 'check', path: space.root, version: -1 }])
          return { server, sentMs, answeredMs: clock.now() }
        })
        return heartbeats.acknowledged(heartbeat)
      },
      create: (key, value) => creation.create(key, value),
      createNumbered: (key, value) => creation.createNumbered(key, value),
      remove: (entry) => writes.remove(entry),
      async end() {
        ending = true
        await connection.end(requestTimeoutMs)
        cancelAbandoning()
      },
      release() {
        // A close calls `end` in the same turn, and tries for a TTL at most. Otherwise the server is not told.
        queueMicrotask(() => {
          if (!ending) connection.abandon()
          else cancelAbandoning = clock.setTimeout(() => connection.abandon(), ttlMs)
        })
      },
    },
  })
}
