import { randomBytes } from 'node:crypto'
import { abortable } from './abort.js'
import type { Clock } from './clock.js'
import { withDeadline } from './deadline.js'
import { ConsensusError, isConsensusError } from './error.js'
import { assertKey } from './key.js'
import { Renewal, type RenewalOptions } from './renewal.js'
import { retryTransient } from './retry.js'
import type { CreateOptions, Session } from './session.js'
import type { Entry } from './store.js'

/** The few requests by which a store keeps one session. Each settles within the store's request timeout. */
export interface SessionBackend {
  /** As {@link RenewalOptions.renew}. */
  renew(signal: AbortSignal): Promise<number>
  /**
   * Creates the key under the session, or returns the entry if this very session created it before. `KEY_EXISTS` if
   * anybody else holds it, `SESSION_LOST` if the session is gone.
   */
  create(key: string, value: Uint8Array): Promise<Entry>
  /** As `create`, of the key that results when the store appends its number. Absent: the store does not number names. */
  createNumbered?(key: string, value: Uint8Array): Promise<Entry>
  /** Deletes an entry that nobody waits for any more. */
  remove(entry: Entry): Promise<unknown>
  /** Ends the session at the store; a session that is gone already is no error. */
  end(): Promise<void>
  /** Frees what the session holds on this side; called once, after the end. */
  release?(): void
}

/** What a {@link KeptSession} is made of: the renewal's options and the backend's requests. */
export interface KeptSessionOptions extends Omit<RenewalOptions, 'renew'> {
  backend: SessionBackend
  requestTimeoutMs: number
}

/** A fresh, never repeated last segment for a key: 128 random bits. */
export function freshName(): string {
  return randomBytes(16).toString('hex')
}

/** The session of every store: renewal, one candidacy and bounded closing, over the backend's plain requests. */
export class KeptSession implements Session {
  readonly id: string
  readonly ttlMs: number
  readonly #clock: Clock
  readonly #requestTimeoutMs: number
  readonly #backend: SessionBackend
  readonly #renewal: Renewal
  #abandoned = false
  #closing: Promise<void> | undefined

  constructor(options: KeptSessionOptions) {
    this.id = options.id
    this.ttlMs = options.ttlMs
    this.#clock = options.clock
    this.#requestTimeoutMs = options.requestTimeoutMs
    this.#backend = options.backend
    this.#renewal = new Renewal({ ...options, renew: (signal) => options.backend.renew(signal) })
    this.ended.addEventListener('abort', () => options.backend.release?.(), { once: true })
  }

  get ended(): AbortSignal {
    return this.#renewal.ended
  }

  /** What `close` returns, once it was called: until it settles the backend is still needed. */
  get closing(): Promise<void> | undefined {
    return this.#closing
  }

  remainingMs(): number {
    return this.#renewal.remainingMs()
  }

  async createOrdered(prefix: string, value: Uint8Array, options: CreateOptions = {}): Promise<Entry> {
    const name = options.name ?? freshName()
    const key = `${prefix}/${name}`
    assertKey(key)
    if (name.includes('/'))
      throw new RangeError(`name ${JSON.stringify(name)} must be one segment of a key, without "/"`)
    if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
    options.signal?.throwIfAborted()
    const { numbered = false } = options
    if (numbered && !this.#backend.createNumbered) {
      throw new ConsensusError('UNSUPPORTED', `${key} cannot be numbered: this store does not number names`)
    }
    const attempt = async () => {
      this.#assertLive()
      if (numbered) return this.#backend.createNumbered!(key, value)
      return this.#backend.create(key, value)
    }
    const created = retryTransient(
      { clock: this.#clock, timeoutMs: this.#requestTimeoutMs, signal: this.ended },
      attempt,
    )
    // Nobody waits for it any more. Tried as long as the session lives, whose end takes the entry along.
    const whileLive = { clock: this.#clock, timeoutMs: Infinity, signal: this.ended }
    const undo = (entry: Entry) => {
      retryTransient(whileLive, () => this.#backend.remove(entry)).catch(() => undefined)
    }
    created.catch((error: unknown) => {
      if (!options.signal?.aborted || !isConsensusError(error, 'OUTCOME_UNKNOWN')) return
      retryTransient(whileLive, attempt).then(undo, () => undefined) // settles the doubt, by asking again
    })
    return abortable(created, options.signal, undo)
  }

  close(): Promise<void> {
    return this.closeWith(new ConsensusError('SESSION_CLOSED', `session ${this.id} was closed`))
  }

  /** As `close`, with another reason for `ended`: for a store that closes its sessions. */
  closeWith(reason: ConsensusError): Promise<void> {
    this.#closing ??= this.#end(reason)
    return this.#closing
  }

  abandon(): void {
    if (this.#closing) return
    this.#abandoned = true
    this.#renewal.end(new ConsensusError('SESSION_CLOSED', `session ${this.id} was left to run out`))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #assertLive(): void {
    if (this.remainingMs() === 0) throw this.ended.reason
  }

  async #end(reason: ConsensusError): Promise<void> {
    const timeoutMs = this.remainingMs()
    const alreadyOver = this.ended.aborted
    this.#renewal.end(reason)
    if (this.#abandoned) return
    try {
      const retrying = async () => retryTransient({ clock: this.#clock, timeoutMs }, () => this.#backend.end())
      const onTimeout = () => new ConsensusError('UNAVAILABLE', 'the store does not answer')
      // One that is over by our clock the store may hold for a while: worth asking, but not for longer than a TTL.
      const patienceMs = timeoutMs || Math.min(this.#requestTimeoutMs, this.ttlMs)
      await withDeadline({ clock: this.#clock, timeoutMs: patienceMs, onTimeout }, retrying)
    } catch (error) {
      if (alreadyOver) return // lost before: the store ends it by itself
      const code = isConsensusError(error, 'UNAVAILABLE') ? 'OUTCOME_UNKNOWN' : undefined
      if (code === undefined) throw error
      throw new ConsensusError(code, `session ${this.id} could not be ended: it goes when its TTL has passed`, {
        cause: error,
      })
    }
  }
}
