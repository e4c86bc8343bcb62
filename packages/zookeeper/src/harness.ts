import { type Harness, networkHarness } from '@eldest/conformance'
import { type Adapter, ConsensusError, isConsensusError } from '@eldest/core'
import { withDeadline } from '@eldest/core/adapter'
import type { SessionKey } from './zookeeper-client.js'
import { ZooKeeperConnection } from './zookeeper-connection.js'
import { parseZooKeeperUrl, zookeeperSettings } from './zookeeper-options.js'
import { ZooKeeperStore } from './zookeeper-store.js'

const CREATE = 1
const DELETE = 2
const SET_DATA = 5
const MULTI = 14

/** The servers that a `zookeeper:` URL names, for the conformance suite. */
export async function createHarness(url: string): Promise<Harness> {
  const settings = zookeeperSettings(parseZooKeeperUrl(url))
  const { hosts, clock, requestTimeoutMs } = settings
  /** What it takes to resume, and so to end, a session: the server tells it to its owner alone. */
  const open = new Set<ZooKeeperConnection>()
  const createConnection = (...[options]: ConstructorParameters<typeof ZooKeeperConnection>) => {
    const connection = new ZooKeeperConnection(options)
    open.add(connection)
    return connection
  }
  const adapter: Adapter = {
    schemes: ['zookeeper'],
    connect: (url, options) => ZooKeeperStore.open({ ...parseZooKeeperUrl(url), ...options }, { createConnection }),
  }
  const store = await ZooKeeperStore.open(parseZooKeeperUrl(url))
  const { minTtlMs } = store.capabilities
  await store.close()
  return networkHarness({
    name: 'zookeeper',
    url,
    defaultPort: 2181,
    adapters: [adapter],
    ttlMs: 2 * minTtlMs,
    async endSession(id) {
      const session: SessionKey = [...open].find((each) => each.id === id)!.key
      const options = {
        hosts,
        clock,
        credentials: undefined,
        timeoutMs: minTtlMs,
        attemptMs: requestTimeoutMs,
        session,
      }
      const onTimeout = () => new ConsensusError('OUTCOME_UNKNOWN', `session ${id} could not be ended`)
      await withDeadline({ clock, timeoutMs: requestTimeoutMs, onTimeout }, async (signal) => {
        // Its owner takes it back at once, until the server says that there is no such session.
        for (;;) {
          try {
            await new ZooKeeperConnection(options).resumeAndEnd(signal)
          } catch (error) {
            if (isConsensusError(error, 'SESSION_LOST')) return
            signal.throwIfAborted()
          }
        }
      })
    },
    isWrite,
  })
}

/** Whether a chunk holds a frame that changes an entry: not a check alone, nor the making of a folder, without data. */
function isWrite(chunk: Buffer): boolean {
  for (let start = 0; start + 12 <= chunk.length; start += 4 + chunk.readInt32BE(start)) {
    if (chunk.readInt32BE(start) <= 0) return false
    const type = chunk.readInt32BE(start + 8)
    if (type === DELETE || type === SET_DATA) return true
    if (type === CREATE && chunk.readInt32BE(start + 16 + chunk.readInt32BE(start + 12)) >= 0) return true
    // Each step has a head of 9 bytes, and so has the end; a check is a path and a version.
    if (type === MULTI && 4 + chunk.readInt32BE(start) > 12 + 9 + 4 + chunk.readInt32BE(start + 21) + 4 + 9) return true
  }
  return false
}
