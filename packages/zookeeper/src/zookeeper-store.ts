import {
  type Cancellable,
  type Capabilities,
  ConsensusError,
  type ConsensusStore,
  type Entry,
  isConsensusError,
  type Session,
  type SessionOptions,
  type WriteOptions,
} from '@eldest/core'
import { assertKey, assertTtl, Credentials, Requests, StoreLife, withDeadline } from '@eldest/core/adapter'
import { ZooKeeperBase } from './zookeeper-base.js'
import { assertSize, type ServerTimes, zookeeperCapabilities } from './zookeeper-capabilities.js'
import { because, type ConnectionOptions, ZooKeeperConnection } from './zookeeper-connection.js'
import { makeFolder } from './zookeeper-folders.js'
import { type ZooKeeperSettings, zookeeperSettings, type ZooKeeperStoreOptions } from './zookeeper-options.js'
import { type Following, ZooKeeperReads } from './zookeeper-reads.js'
import { openZooKeeperSession } from './zookeeper-session.js'
import { ZooKeeperSpace } from './zookeeper-space.js'
import { ZooKeeperWrites } from './zookeeper-writes.js'

/** Parts that a test replaces. */
export interface ZooKeeperParts {
  createConnection(options: ConnectionOptions): ZooKeeperConnection
}

const PARTS: ZooKeeperParts = { createConnection: (options) => new ZooKeeperConnection(options) }
/** More than any server grants. */
const LONGEST_MS = 2 ** 31 - 1
const CLOSING_MS = 500

/** The contract on ZooKeeper. */
export class ZooKeeperStore implements ConsensusStore {
  readonly capabilities: Capabilities
  readonly #settings: ZooKeeperSettings
  readonly #parts: ZooKeeperParts
  readonly #times: ServerTimes
  readonly #base: ZooKeeperBase
  readonly #space: ZooKeeperSpace
  readonly #reads: ZooKeeperReads
  readonly #writes: ZooKeeperWrites
  readonly #credentials: Credentials<{ user: string; password: string }>
  readonly #life: StoreLife
  readonly #closing = new AbortController()

  private constructor(settings: ZooKeeperSettings, parts: ZooKeeperParts, base: ZooKeeperBase, times: ServerTimes) {
    const { clock, chroot, credentials } = settings
    this.#settings = settings
    this.#parts = parts
    this.#base = base
    this.#times = times
    this.#space = new ZooKeeperSpace(chroot)
    const requests = requestsOf(settings)
    this.#reads = new ZooKeeperReads(requests, base, this.#space, clock)
    this.#writes = new ZooKeeperWrites(requests, base, this.#reads, this.#space)
    this.#credentials = new Credentials(credentials, clock)
    this.#life = new StoreLife(settings)
    this.capabilities = zookeeperCapabilities(times, settings.requestTimeoutMs)
  }

  /**
   * Opens a store: makes the chroot where it is missing, and has the servers tell their shortest and longest session.
   *
   * Errors: `TypeError` or `RangeError` for options that cannot work, before any I/O; within the request timeout
   * `UNAVAILABLE` or `ACCESS_DENIED`.
   */
  static async open(options: ZooKeeperStoreOptions, parts: ZooKeeperParts = PARTS): Promise<ZooKeeperStore> {
    const settings = zookeeperSettings(options)
    options.signal?.throwIfAborted()
    const { hosts, clock, requestTimeoutMs, credentials, chroot } = settings
    const attemptMs = requestTimeoutMs / Math.min(hosts.length, 3)
    const connect = (timeoutMs: number) => (user: { user: string; password: string } | undefined) =>
      parts.createConnection({ hosts, clock, credentials: user, timeoutMs, attemptMs })
    const base = new ZooKeeperBase(connect(LONGEST_MS), credentials, clock)
    const probe = connect(1)(undefined)
    try {
      const root = new ZooKeeperSpace(chroot).root
      const doing = { what: 'open a store', right: `READ on ${root}, or CREATE above it` }
      const onTimeout = () =>
        new ConsensusError(
          'UNAVAILABLE',
          because(`no ZooKeeper has answered within ${requestTimeoutMs} ms`, probe.failure),
        )
      const limits = { clock, timeoutMs: requestTimeoutMs, signal: options.signal, onTimeout }
      const times = await withDeadline(limits, async (signal) => {
        const [maxTtlMs] = await Promise.all([
          base.send(doing, signal, async (client, connection) => {
            if (!(await client.exists(root))) await makeFolder(client, root)
            await client.transact([{ type: 'check', path: root, version: -1 }])
            return connection.timeoutMs
          }),
          probe.open(signal),
        ])
        const minTtlMs = probe.timeoutMs
        return { minTtlMs, maxTtlMs, tickMs: settings.tickMs ?? minTtlMs / 2 }
      })
      return new ZooKeeperStore(settings, parts, base, times)
    } catch (error) {
      await base.close(0)
      throw isConsensusError(error) ? openingFailed(error, settings) : error
    } finally {
      await probe.close(CLOSING_MS)
    }
  }

  async openSession({ ttlMs, signal }: SessionOptions): Promise<Session> {
    assertTtl(ttlMs, this.capabilities)
    return this.#life.openSession(signal, () =>
      requestsOf(this.#settings).once('open a session', { signal: this.#closing.signal }, (_, signal) =>
        this.#credentials.use((credentials) => this.#openSession(Math.ceil(ttlMs), credentials, signal)),
      ),
    )
  }

  async get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(key)
    this.#life.assertOpen()
    return this.#reads.read(key, this.#reads.one(key), options)
  }

  async list(prefix: string, options: Cancellable = {}): Promise<Entry[]> {
    assertKey(prefix, 'prefix')
    this.#life.assertOpen()
    return this.#reads.read(prefix, this.#reads.beneath(prefix), options)
  }

  async predecessor(entry: Entry, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(entry.key)
    this.#life.assertOpen()
    return this.#reads.predecessor(entry, options)
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Entry> {
    assertKey(key)
    assertSize(value)
    this.#life.assertOpen()
    return this.#writes.put(key, value, options)
  }

  async delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    assertKey(key)
    this.#life.assertOpen()
    return this.#writes.delete(key, options)
  }

  watch(key: string, options: Cancellable = {}): AsyncIterable<Entry | undefined> {
    assertKey(key)
    const same = (a: Entry | undefined, b: Entry | undefined) => a?.modRevision === b?.modRevision
    return this.#watch(key, { read: this.#reads.one(key), without: this.#reads.withoutNode }, same, options)
  }

  watchPrefix(prefix: string, options: Cancellable = {}): AsyncIterable<Entry[]> {
    assertKey(prefix, 'prefix')
    const same = (a: Entry[], b: Entry[]) =>
      a.length === b.length && a.every(({ modRevision }, i) => modRevision === b[i]?.modRevision)
    return this.#watch(prefix, { read: this.#reads.beneath(prefix) }, same, options)
  }

  close(): Promise<void> {
    this.#closing.abort(new ConsensusError('STORE_CLOSED', 'the store is closed'))
    return this.#life.close(() => this.#base.close(CLOSING_MS))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #watch<T>(
    what: string,
    view: Pick<Following<T>, 'read' | 'without'>,
    same: (a: T, b: T) => boolean,
    { signal }: Cancellable,
  ): AsyncIterable<T> {
    const feed = (signal: AbortSignal, show: (state: T) => void) => this.#reads.follow({ what, ...view, signal, show })
    return this.#life.watch({ signal, same, feed })
  }

  async #openSession(
    timeoutMs: number,
    credentials: { user: string; password: string } | undefined,
    signal: AbortSignal,
  ) {
    const { hosts, clock, requestTimeoutMs } = this.#settings
    const options = { hosts, clock, credentials, timeoutMs, attemptMs: timeoutMs / 4 }
    const connection = this.#parts.createConnection(options)
    const parts = { connection, space: this.#space, writes: this.#writes, clock, requestTimeoutMs }
    try {
      return await openZooKeeperSession({ ...parts, tickMs: this.#times.tickMs, servers: hosts.length }, signal)
    } catch (error) {
      await connection.close(CLOSING_MS)
      throw error
    }
  }
}

/** One turn for each server, so that a silent one leaves time for the next; the client has them by turns. */
function requestsOf({ hosts, clock, requestTimeoutMs }: ZooKeeperSettings): Requests<unknown> {
  return new Requests({ hosts: Array.from({ length: hosts.length }), clock, requestTimeoutMs })
}

function openingFailed(error: ConsensusError, { hosts }: ZooKeeperSettings): ConsensusError {
  const names = hosts.map(({ host, port }) => `${host}:${port}`).join(', ')
  const code = error.code === 'OUTCOME_UNKNOWN' || error.code === 'SESSION_LOST' ? 'UNAVAILABLE' : error.code
  return new ConsensusError(code, `no store could be opened at ${names}: ${error.message}`, {
    cause: error.cause ?? error,
  })
}
