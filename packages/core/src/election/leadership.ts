import { isConsensusError } from '../error.js'
import type { Cancellable, ConsensusStore, Entry } from '../store.js'
import type { Candidacy } from './candidacy.js'

/**
 * One uninterrupted time of leading.
 *
 * Guarantee: of all leaderships of one election at most one has an un-aborted `signal` at any instant, under the
 * assumptions of docs/guarantees.md. Where the event loop did not run, `assertValid` and `remainingMs` are right at
 * once, and the store itself refuses `put` and `delete`.
 */
export class Leadership implements AsyncDisposable {
  readonly #candidacy: Candidacy

  /** @internal Leaderships come from `Election.campaign` and `Election.run`. */
  constructor(candidacy: Candidacy) {
    this.#candidacy = candidacy
  }

  /** The election's name. */
  get election(): string {
    return this.#candidacy.standing.name
  }

  /** This candidate's id. */
  get id(): string {
    return this.#candidacy.standing.id
  }

  /**
   * Fires before anybody else can lead. Its reason is a `ConsensusError`, `LEADERSHIP_RESIGNED` or `LEADERSHIP_LOST`,
   * whose `ending` says why: `resigned`, `evicted`, `session lost`, `store closed`.
   */
  get signal(): AbortSignal {
    return this.#candidacy.ended
  }

  /**
   * Rises from one leader to the next. Hand it to whatever the leader writes to, which then refuses a token smaller
   * than the largest it has seen.
   */
  get fencingToken(): bigint {
    return this.#candidacy.entry.createRevision
  }

  /**
   * Milliseconds until somebody else may lead, read from the clock; 0 when that may have happened. After `signal` has
   * fired, the time that is left to stop in.
   */
  remainingMs(): number {
    return this.#candidacy.remainingMs()
  }

  /** Throws the reason of `signal` as soon as the leadership is over or in doubt. Synchronous, no I/O. */
  assertValid(): void {
    this.#candidacy.assertCertain()
  }

  /**
   * Writes a key of the store only while this leadership's own key lives: the condition is checked by the server in
   * the same step, whatever this process believes.
   *
   * Errors: `GUARD_FAILED` once deposed; nothing was written.
   */
  async put(key: string, value: Uint8Array, options: Cancellable = {}): Promise<Entry> {
    return this.#guarded((store, guard) => store.put(key, value, { ...options, guard }))
  }

  /** Deletes a key of the store on the same condition. `false`: there was none. Errors: `GUARD_FAILED`. */
  async delete(key: string, options: Cancellable = {}): Promise<boolean> {
    return this.#guarded((store, guard) => store.delete(key, { ...options, guard }))
  }

  /**
   * Ends the leadership: `signal` fires at once, then the key is deleted and the next candidate leads. Call it when
   * the leader's work has stopped, also after `signal` has fired by itself. Idempotent; settles within one TTL.
   *
   * Errors: `OUTCOME_UNKNOWN` when the store could not be told: the key goes with its session.
   */
  resign(): Promise<void> {
    return this.#candidacy.release()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resign()
  }

  async #guarded<T>(write: (store: ConsensusStore, guard: Entry) => Promise<T>): Promise<T> {
    try {
      return await write(this.#candidacy.standing.store, this.#candidacy.entry)
    } catch (error) {
      if (isConsensusError(error, 'GUARD_FAILED')) this.#candidacy.deposed()
      throw error
    }
  }
}
