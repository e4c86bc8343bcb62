import type { Capabilities } from './capabilities.js'
import type { Cancellable, Entry } from './entry.js'

/** Options of `ConsensusStore.openSession`. */
export interface SessionOptions extends Cancellable {
  /** The shortest silence, in milliseconds, after which the store may end the session. */
  ttlMs: number
}

/** Options of {@link Session.createOrdered}. */
export interface CreateOptions extends Cancellable {
  /**
   * The key's last segment, which makes a repeated call idempotent. Never use a name again once its entry is gone.
   * Default: a fresh random one.
   */
  name?: string | undefined
  /**
   * The store appends a number of its own to the name, rising with each creation beneath the prefix, as the layout of
   * another tool may demand. Default: no. Errors: `UNSUPPORTED` where the store does not number names.
   */
  numbered?: boolean | undefined
}

/**
 * A client's liveness at the store. Its entries live as long as it does.
 *
 * Guarantee: while `ended` has not fired and `remainingMs() > 0`, the store still holds the session's entries (unless
 * somebody deletes them, or ends the session, by hand). The local deadline behind both counts from the moment a
 * renewal was *sent* that the store has provably kept, less a margin for the drift of clock rates.
 */
export interface Session extends AsyncDisposable {
  readonly id: string
  /** The TTL in milliseconds as the store granted it, which may be longer than what was asked for. */
  readonly ttlMs: number
  /**
   * Fires once, for every end, at the local deadline at the latest. The reason is a `ConsensusError`: `SESSION_LOST`,
   * `SESSION_CLOSED` or `STORE_CLOSED`.
   */
  readonly ended: AbortSignal

  /** Milliseconds until the local deadline, read from the clock at the call; 0 once ended. True after any stall. */
  remainingMs(): number

  /**
   * Creates an entry directly beneath the prefix, owned by this session and younger than every entry before it.
   *
   * Guarantee: exactly one entry results, also when the answer is lost and the request has to be repeated.
   * Errors: `KEY_EXISTS` when the name is taken by anybody else; `SESSION_LOST`, `SESSION_CLOSED`.
   * Cancellation: an entry that was created all the same is deleted again, also if another call with the same name
   * was waiting for it.
   */
  createOrdered(prefix: string, value: Uint8Array, options?: CreateOptions): Promise<Entry>

  /**
   * Ends the session. Its entries are gone when this resolves. Idempotent; settles within one TTL. After `abandon` it
   * does nothing.
   *
   * Errors: `OUTCOME_UNKNOWN` when the store could not be told in that time: the entries go when the TTL has passed.
   */
  close(): Promise<void>

  /**
   * Stops renewing without telling the store: `ended` fires at once (`SESSION_CLOSED`), the entries stay until the
   * store ends the session by its TTL. For a holder that must not let anybody in early, because work it could not
   * stop is still running. Synchronous, idempotent.
   */
  abandon(): void
}

/** Throws a `RangeError` unless the store can grant a session of this TTL. Adapters call it before any I/O. */
export function assertTtl(ttlMs: number, { minTtlMs, maxTtlMs }: Pick<Capabilities, 'minTtlMs' | 'maxTtlMs'>): void {
  if (typeof ttlMs !== 'number') throw new TypeError(`ttlMs must be a number of milliseconds, not ${typeof ttlMs}`)
  if (ttlMs >= minTtlMs && ttlMs <= maxTtlMs) return
  throw new RangeError(`ttlMs is ${ttlMs}: this store takes ${minTtlMs} to ${maxTtlMs} milliseconds`)
}
