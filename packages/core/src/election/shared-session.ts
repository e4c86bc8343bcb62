import { abortable, onAbort } from '../abort.js'
import { ConsensusError } from '../error.js'
import { assertTtl, type Session } from '../session.js'
import type { Cancellable, ConsensusStore } from '../store.js'

/**
 * One session for any number of elections: one renewal, not thousands. When it is lost, all of them lose it, and the
 * first that campaigns again opens the next one.
 *
 * Not guaranteed: that leader work which does not stop is replaced. A candidacy on a session of its own lets that
 * session run out then; a shared one goes on, and the key stays until the work has settled.
 */
export class SharedSession implements AsyncDisposable {
  readonly store: ConsensusStore
  readonly ttlMs: number
  #current: Promise<Session> | undefined
  #closed = false

  /** Errors: `RangeError` for a TTL that the store does not take. No I/O yet. */
  constructor(store: ConsensusStore, options: { ttlMs: number }) {
    assertTtl(options.ttlMs, store.capabilities)
    this.store = store
    this.ttlMs = options.ttlMs
  }

  /** The living session, or a new one; calls at the same time get the same. */
  async open({ signal }: Cancellable = {}): Promise<Session> {
    signal?.throwIfAborted()
    if (this.#closed) throw new ConsensusError('SESSION_CLOSED', 'the shared session is closed')
    this.#current ??= this.#openNext()
    return abortable(this.#current, signal)
  }

  /** Ends the session, and with it every candidacy on it. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    const session = await this.#current?.catch(() => undefined) // a session that never opened needs no closing
    await session?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #openNext(): Promise<Session> {
    try {
      const session = await this.store.openSession({ ttlMs: this.ttlMs })
      onAbort(session.ended, () => (this.#current = undefined)) // at once if it is over already: never handed out twice
      return session
    } catch (error) {
      this.#current = undefined
      throw error
    }
  }
}
