import type {
  Cancellable,
  Capabilities,
  Clock,
  ConsensusStore,
  Entry,
  Session,
  SessionOptions,
  WriteOptions,
} from '@eldest/core'
import { assertKey, assertTtl, freshName, Requests, StoreLife } from '@eldest/core/adapter'
import type { Connection } from './connection.js'
import type { Ledger } from './ledger.js'
import type { Profile } from './profile.js'
import { grantSession } from './session-backend.js'
import type { Servers } from './servers.js'

/** What a {@link SimulatedStore} is made of. */
export interface SimulatedStoreParts {
  connection: Connection
  servers: Servers
  profile: Profile
  /** The server that is asked first. */
  server: number
  /** As in the parts of a session. */
  lateCreations: boolean
}

/** A store as a process has it: the core's building blocks, as every adapter uses them, over simulated messages. */
export class SimulatedStore implements ConsensusStore {
  readonly capabilities: Capabilities
  /** The sessions that were opened here, the last one last. */
  readonly sessions: Session[] = []
  readonly #parts: SimulatedStoreParts
  readonly #clock: Clock
  readonly #requests: Requests<number>
  readonly #life: StoreLife

  constructor(parts: SimulatedStoreParts) {
    const { profile, servers, connection, server } = parts
    this.#parts = parts
    this.#clock = connection.process.clock
    this.capabilities = profile.capabilities
    const hosts = Array.from({ length: servers.count }, (_, i) => (server + i) % servers.count)
    const { requestTimeoutMs } = profile.capabilities
    this.#requests = new Requests({ clock: this.#clock, hosts, requestTimeoutMs })
    this.#life = new StoreLife({ clock: this.#clock })
  }

  async openSession({ ttlMs, signal }: SessionOptions): Promise<Session> {
    assertTtl(ttlMs, this.capabilities)
    const parts = { ...this.#parts, id: freshName(), ttlMs, clock: this.#clock, requests: this.#requests }
    const session = await this.#life.openSession(signal, () => grantSession(parts))
    this.sessions.push(session)
    return session
  }

  async get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(key)
    return this.#read(`read ${key}`, options, (ledger) => ledger.get(key))
  }

  async list(prefix: string, options: Cancellable = {}): Promise<Entry[]> {
    assertKey(prefix, 'prefix')
    return this.#read(`list ${prefix}`, options, (ledger) => ledger.list(prefix))
  }

  async predecessor(entry: Entry, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(entry.key)
    return this.#read(`find the predecessor of ${entry.key}`, options, (ledger) => ledger.predecessor(entry))
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Entry> {
    assertKey(key)
    const { guard } = options
    return this.#write(`write ${key}`, options, (ledger, by) => ledger.put(key, value, guard, by))
  }

  async delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    assertKey(key)
    const { guard } = options
    return this.#write(`delete ${key}`, options, (ledger, by) => ledger.delete(key, guard, by))
  }

  watch(key: string, options: Cancellable = {}): AsyncIterable<Entry | undefined> {
    assertKey(key)
    const same = (a: Entry | undefined, b: Entry | undefined) => a?.modRevision === b?.modRevision
    return this.#watch(key, options, same, (ledger) => ledger.get(key))
  }

  watchPrefix(prefix: string, options: Cancellable = {}): AsyncIterable<Entry[]> {
    assertKey(prefix, 'prefix')
    const same = (a: Entry[], b: Entry[]) =>
      a.length === b.length && a.every((entry, i) => entry.modRevision === b[i]?.modRevision)
    return this.#watch(prefix, options, same, (ledger) => ledger.list(prefix))
  }

  close(): Promise<void> {
    return this.#life.close(() => undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #write<T>(what: string, options: Cancellable, operation: (ledger: Ledger, by: string) => T): Promise<T> {
    options.signal?.throwIfAborted()
    this.#life.assertOpen()
    const { connection } = this.#parts
    return this.#requests.once(what, options, (server) =>
      connection.send(server, 'quorum', ({ ledger }) => operation(ledger, connection.process.name)),
    )
  }

  async #read<T>(what: string, options: Cancellable, look: (ledger: Ledger) => T): Promise<T> {
    options.signal?.throwIfAborted()
    this.#life.assertOpen()
    const { connection, profile } = this.#parts
    return this.#requests.idempotent(what, options, async (server) => {
      if (profile.staleReadsMs === 0) return connection.send(server, 'quorum', ({ ledger }) => look(ledger))
      // A server answers reads by itself, with the past if it was cut off: what it has agreed on comes first.
      await connection.send(server, 'quorum', () => undefined)
      return connection.send(server, 'own view', ({ ledger }) => look(ledger))
    })
  }

  #watch<T>(
    keyOrPrefix: string,
    { signal }: Cancellable,
    same: (a: T, b: T) => boolean,
    look: (ledger: Ledger) => T,
  ): AsyncIterable<T> {
    const { connection } = this.#parts
    return this.#life.watch<T>({
      signal,
      same,
      feed: async (over, show) => {
        while (!over.aborted) {
          const reading = (ledger: Ledger) => ({ state: look(ledger), revision: ledger.revision })
          const { state, revision } = await this.#read(`watch ${keyOrPrefix}`, { signal: over }, reading)
          show(state)
          await connection.changes(this.#requests.preferred, keyOrPrefix, revision, over)
        }
      },
    })
  }
}
