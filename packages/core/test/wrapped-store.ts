import { abortable, stateIterable } from '../src/adapter.js'
import type {
  Cancellable,
  ConsensusStore,
  CreateOptions,
  Entry,
  Session,
  SessionOptions,
  WriteOptions,
} from '../src/index.js'
import { deferred, type Deferred } from './pending.js'

type Method =
  'openSession' | 'createOrdered' | 'get' | 'list' | 'predecessor' | 'put' | 'delete' | 'watch' | 'watchPrefix'

interface Hold {
  when: 'before' | 'after'
  gate: Deferred<void>
  reached: Deferred<void>
}

/** A store that counts its requests, and holds or fails those a test names: how races are forced. */
export class WrappedStore implements ConsensusStore {
  readonly capabilities
  readonly counts = new Map<Method, number>()
  readonly sessions: Session[] = []
  /** The TTL that is granted for the one that was asked for. */
  grantTtl: (ttlMs: number) => number = (ttlMs) => ttlMs
  /** Called with each session before its opener gets it. */
  onGrant: (session: Session) => void = () => {}
  /** Watches give the present state and nothing newer. */
  deaf = false
  /** What its sessions say is left, without saying that they have ended; default: the truth. */
  leftMs: number | undefined
  /** Watches of keys that nobody has left. */
  openWatches = 0
  readonly #inner: ConsensusStore
  readonly #holds = new Map<Method, Hold>()
  readonly #failures = new Map<Method, Error>()

  constructor(inner: ConsensusStore) {
    this.#inner = inner
    this.capabilities = inner.capabilities
  }

  count(...methods: Method[]): number {
    return methods.reduce((sum, method) => sum + (this.counts.get(method) ?? 0), 0)
  }

  /**
   * Holds the next call of a method, before it is sent or after it was answered, and an abort lets go. `reached`
   * resolves when it waits there.
   */
  hold(method: Method, when: Hold['when']): { release(): void; reached: Promise<void> } {
    const hold: Hold = { when, gate: deferred(), reached: deferred() }
    this.#holds.set(method, hold)
    return { release: () => hold.gate.resolve(), reached: hold.reached.promise }
  }

  /** Makes every call of a method fail before it is sent, until told otherwise. */
  fail(method: Method, error: Error | undefined): void {
    if (error) this.#failures.set(method, error)
    else this.#failures.delete(method)
  }

  async openSession(options: SessionOptions): Promise<Session> {
    const asked = { ...options, ttlMs: this.grantTtl(options.ttlMs) }
    const session = await this.#call('openSession', options, () => this.#inner.openSession(asked))
    this.sessions.push(session)
    this.onGrant(session)
    return this.#wrapCreate(session)
  }

  get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    return this.#call('get', options, () => this.#inner.get(key, options))
  }

  list(prefix: string, options: Cancellable = {}): Promise<Entry[]> {
    return this.#call('list', options, () => this.#inner.list(prefix, options))
  }

  predecessor(entry: Entry, options: Cancellable = {}): Promise<Entry | undefined> {
    return this.#call('predecessor', options, () => this.#inner.predecessor(entry, options))
  }

  put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Entry> {
    return this.#call('put', options, () => this.#inner.put(key, value, options))
  }

  delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    return this.#call('delete', options, () => this.#inner.delete(key, options))
  }

  watch(key: string, options: Cancellable = {}): AsyncIterable<Entry | undefined> {
    this.#count('watch')
    if (!this.deaf) return this.#generated(this.#inner.watch(key, options))
    return stateIterable((sink) => {
      this.#inner.get(key).then(
        (state) => sink.push(state),
        () => undefined, // out of reach: sees nothing
      )
      return () => {}
    }, options.signal)
  }

  watchPrefix(prefix: string, options: Cancellable = {}): AsyncIterable<Entry[]> {
    this.#count('watchPrefix')
    return this.#inner.watchPrefix(prefix, options)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** As a generator: a reader that only lets go of one leaves it open. */
  async *#generated<T>(states: AsyncIterable<T>): AsyncGenerator<T> {
    this.openWatches++
    try {
      yield* states
    } finally {
      this.openWatches--
    }
  }

  #count(method: Method): void {
    this.counts.set(method, this.count(method) + 1)
  }

  async #call<T>(method: Method, { signal }: Cancellable, send: () => Promise<T>): Promise<T> {
    this.#count(method)
    const failure = this.#failures.get(method)
    if (failure) throw failure
    const hold = this.#holds.get(method)
    if (!hold) return send()
    this.#holds.delete(method)
    const wait = () => {
      hold.reached.resolve()
      return abortable(hold.gate.promise, signal)
    }
    if (hold.when === 'before') await wait()
    const answer = await send()
    if (hold.when === 'after') await wait()
    return answer
  }

  #wrapCreate(session: Session): Session {
    const create = (prefix: string, value: Uint8Array, options: CreateOptions = {}) =>
      this.#call('createOrdered', options, () => session.createOrdered(prefix, value, options))
    return new Proxy(session, {
      get: (target, property) => {
        if (property === 'createOrdered') return create
        if (property === 'remainingMs' && this.leftMs !== undefined) return () => this.leftMs
        const value: unknown = Reflect.get(target, property, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }
}
