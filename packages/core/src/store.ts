import type { Capabilities } from './capabilities.js'
import type { Cancellable, Entry } from './entry.js'
import type { Session, SessionOptions } from './session.js'

export type { Cancellable, Entry }

/** Options of {@link ConsensusStore.put} and {@link ConsensusStore.delete}. */
export interface WriteOptions extends Cancellable {
  /**
   * Write only while this very entry lives: same key, same `createRevision`. The guard may be another entry than the
   * one written. Default: no condition.
   */
  guard?: Entry | undefined
}

/**
 * Ordered keys, TTL sessions and watches over a consensus system: everything that leader election needs and nothing
 * more. An adapter implements these members; the conformance suite is this text executed.
 *
 * A *prefix* names a folder: `list('a')` covers the keys directly beneath it, `a/x`, but neither `ab/x` nor `a/b/x`.
 *
 * Guarantees
 * - **Order.** `createRevision` strictly increases in the order in which creations took effect, over the whole store,
 *   across deletes, restarts and fail-overs, as long as the store's history goes on.
 * - **Linearizable.** `get`, `list` and `predecessor` see every write that had returned before they were called, and
 *   never an entry of a session that the store has ended.
 * - **Guard.** A guarded write and its condition are one atomic step at the server.
 * - **Bounded.** Every call settles within the request timeout of the store (`createOrdered`, which may have to ask
 *   again, within two); a server that hangs is treated as one that is gone.
 * - **Nothing hidden.** No unhandled rejection; no handle that keeps the process alive after `close()`.
 *
 * Errors: a failure is a `ConsensusError` whose code says whether a write may have happened (see `ErrorCode`). After
 * `close()` every method rejects with `STORE_CLOSED`. A malformed key, prefix or option is a `TypeError` or
 * `RangeError`, before any I/O.
 */
export interface ConsensusStore extends AsyncDisposable {
  /** What this store can do, as data. */
  readonly capabilities: Capabilities

  /**
   * Opens a session and keeps it renewed until it is closed or lost.
   *
   * Errors: `RangeError` for a TTL outside `capabilities`.
   * Cancellation: a session that is granted after the abort is ended, not leaked.
   */
  openSession(options: SessionOptions): Promise<Session>

  /** The entry of this key, or `undefined`. */
  get(key: string, options?: Cancellable): Promise<Entry | undefined>

  /** The entries directly beneath the prefix, oldest first. */
  list(prefix: string, options?: Cancellable): Promise<Entry[]>

  /**
   * The youngest living entry that is older than the given one and lies directly beneath the same prefix, or
   * `undefined`: who is before it in the line, and that it still has its place there, both at one moment.
   *
   * Errors: `GUARD_FAILED`: the given entry itself lives no more (same key, same `createRevision`, same owner).
   */
  predecessor(entry: Entry, options?: Cancellable): Promise<Entry | undefined>

  /**
   * Writes the value. An entry that exists keeps its owner and `createRevision`; one that does not is created without
   * an owner.
   *
   * Errors: `GUARD_FAILED`: nothing was written.
   */
  put(key: string, value: Uint8Array, options?: WriteOptions): Promise<Entry>

  /**
   * Deletes the entry. `false`: there was none.
   *
   * Errors: `GUARD_FAILED`: nothing was deleted.
   */
  delete(key: string, options?: WriteOptions): Promise<boolean>

  /**
   * Follows one key as state, not as events: the present state at once, then each newer one.
   *
   * Guarantees: states never go back; the last state always arrives, through reconnects, compaction and restarts.
   * Not guaranteed: that every state in between is seen.
   * Errors: a malformed key throws at the call; the iteration rejects only with what waiting cannot mend: `STORE_CLOSED`, `ACCESS_DENIED`.
   * Cancellation: leaving the loop, or the signal (rejects with its reason), frees everything.
   */
  watch(key: string, options?: Cancellable): AsyncIterable<Entry | undefined>

  /** Follows the entries directly beneath a prefix, oldest first, on the terms of {@link ConsensusStore.watch}. */
  watchPrefix(prefix: string, options?: Cancellable): AsyncIterable<Entry[]>

  /**
   * Closes every session that was opened here, ends every watch, and frees every handle. Idempotent; settles within
   * the longest TTL of its sessions.
   */
  close(): Promise<void>
}
