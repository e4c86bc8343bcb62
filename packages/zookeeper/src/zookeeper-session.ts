import { type Clock, ConsensusError, type Entry } from '@eldest/core'
import { CLOCK_STEP_MS, DRIFT_MARGIN, KeptSession, Requests } from '@eldest/core/adapter'
import type { ZooKeeperClient } from './zookeeper-client.js'
import type { ZooKeeperConnection } from './zookeeper-connection.js'
import { codeOf, NO_NODE, NODE_EXISTS } from './zookeeper-errors.js'
import { makeFolder, parentOf } from './zookeeper-folders.js'
import { Heartbeats } from './zookeeper-heartbeat.js'
import { assertSize } from './zookeeper-capabilities.js'
import type { Found, ZooKeeperSpace } from './zookeeper-space.js'
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
  const creation = new Creation(options, id)
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

/** How a session creates its keys. */
class Creation {
  readonly #options: ZooKeeperSessionOptions
  readonly #requests: Requests<unknown>
  readonly #session: string

  constructor(options: ZooKeeperSessionOptions, session: string) {
    this.#options = options
    const { clock, requestTimeoutMs, servers } = options
    this.#requests = new Requests({ clock, requestTimeoutMs, hosts: Array.from({ length: servers }) })
    this.#session = session
  }

  async create(key: string, value: Uint8Array): Promise<Entry> {
    assertSize(value)
    const { space } = this.#options
    const path = space.path(key)
    return this.#send(key, async (client) => {
      const found = await this.#createAt(client, path, value)
      const isFolder = found && !found.owned && !found.entry
      const own = isFolder ? await this.#createAt(client, space.besideFolder(path), value) : found
      return own && this.#own(key, own.entry)
    })
  }

  /** What lies at the path after an attempt to create it; `undefined`: its folder was missing. */
  async #createAt(client: ZooKeeperClient, path: string, value: Uint8Array): Promise<Found | undefined> {
    // Sent together: the server answers in order.
    const [created, read] = await Promise.allSettled([
      client.create(path, Buffer.from(value), 'ephemeral'),
      client.getData(path),
    ])
    if (created.status === 'rejected' && codeOf(created.reason) === NO_NODE) {
      await makeFolder(client, parentOf(path))
      return undefined
    }
    if (created.status === 'rejected' && codeOf(created.reason) !== NODE_EXISTS) throw created.reason
    if (read.status === 'rejected') throw created.status === 'fulfilled' ? deletedAtOnce(path) : read.reason
    return this.#options.space.find(path, read.value)
  }

  async createNumbered(key: string, value: Uint8Array): Promise<Entry> {
    assertSize(value)
    const { space } = this.#options
    const path = space.path(key)
    const folder = parentOf(path)
    let tried = false
    return this.#send(key, async (client) => {
      let created: string | undefined
      try {
        if (tried) created = await this.#findNumbered(client, folder, path.slice(path.lastIndexOf('/') + 1))
        tried = true
        created ??= await client.create(path, Buffer.from(value), 'numbered')
      } catch (error) {
        if (codeOf(error) !== NO_NODE) throw error
        await makeFolder(client, folder)
        return undefined
      }
      const actual = space.keyOf(created)
      try {
        return this.#own(actual, space.find(created, await client.getData(created)).entry)
      } catch (error) {
        throw codeOf(error) === NO_NODE ? deletedAtOnce(actual) : error
      }
    })
  }

  /** What an attempt has made whose answer was lost. */
  async #findNumbered(client: ZooKeeperClient, folder: string, name: string): Promise<string | undefined> {
    const children = await client.getChildren(folder)
    const mine = children.find((child) => child.startsWith(name) && /^\d{10}$/.test(child.slice(name.length)))
    return mine === undefined ? undefined : `${folder}/${mine}`
  }

  #send(key: string, attempt: (client: ZooKeeperClient) => Promise<Entry | undefined>): Promise<Entry> {
    const { connection, space } = this.#options
    const doing = { what: `create ${key}`, right: `CREATE on ${space.root} and what lies beneath it` }
    return this.#requests.idempotent(doing.what, {}, (_, signal) =>
      connection.send(doing, signal, async (client) => {
        for (;;) {
          signal.throwIfAborted()
          const entry = await attempt(client)
          if (entry) return entry
        }
      }),
    )
  }

  #own(key: string, entry: Entry | undefined): Entry {
    if (entry?.session === this.#session) return entry
    const holder = entry?.session === undefined ? 'nobody' : `session ${entry.session}`
    throw new ConsensusError('KEY_EXISTS', `${key} is held by ${holder}`)
  }
}

function deletedAtOnce(key: string): ConsensusError {
  return new ConsensusError('BACKEND', `${key} was deleted as soon as it was created`)
}
