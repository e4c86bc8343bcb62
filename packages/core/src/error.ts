/**
 * Every way in which a store or an election can fail. Codes are API, messages are not. Each tells whether a write may
 * have happened:
 *
 * | code | the write | what the caller does |
 * |---|---|---|
 * | `KEY_EXISTS`, `GUARD_FAILED` | did not happen | a race was lost: read and decide |
 * | `SESSION_LOST`, `SESSION_CLOSED` | did not happen | open a new session |
 * | `LEADERSHIP_LOST`, `LEADERSHIP_RESIGNED` | none | reasons carried by `leadership.signal`; `ending` says which |
 * | `UNAVAILABLE` | did not happen, never sent | safe to retry |
 * | `OUTCOME_UNKNOWN` | may have: sent, not confirmed | read back before retrying |
 * | `STORE_CLOSED`, `ACCESS_DENIED`, `UNSUPPORTED`, `VALUE_TOO_LARGE` | did not happen | mend the program or the deployment |
 * | `BACKEND` | may have | unclassified |
 */
export type ErrorCode =
  | 'KEY_EXISTS'
  | 'GUARD_FAILED'
  | 'SESSION_LOST'
  | 'SESSION_CLOSED'
  | 'LEADERSHIP_LOST'
  | 'LEADERSHIP_RESIGNED'
  | 'UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'STORE_CLOSED'
  | 'ACCESS_DENIED'
  | 'UNSUPPORTED'
  | 'VALUE_TOO_LARGE'
  | 'BACKEND'

/** Why a candidacy or a leadership ended: the `ending` of a `LEADERSHIP_LOST` or `LEADERSHIP_RESIGNED`. */
export type Ending = 'resigned' | 'evicted' | 'session lost' | 'store closed'

// A registered symbol, so that two copies of this package in one process recognise each other's errors.
const brand = Symbol.for('@eldest/core/ConsensusError')

/** The one error class of stores and elections. Test with {@link isConsensusError}, not with `instanceof`. */
export class ConsensusError extends Error {
  override readonly name = 'ConsensusError'
  readonly code: ErrorCode
  /** Set on `LEADERSHIP_LOST` and `LEADERSHIP_RESIGNED` only. */
  readonly ending: Ending | undefined

  /** `cause` is the error behind this one, if there is one, already stripped of secrets. */
  constructor(code: ErrorCode, message: string, details: { cause?: unknown; ending?: Ending } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.ending = details.ending
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether a value is a {@link ConsensusError}, and, if codes are given, one of them. */
export function isConsensusError(value: unknown, ...codes: ErrorCode[]): value is ConsensusError {
  if (typeof value !== 'object' || value === null || !(brand in value)) return false
  return codes.length === 0 || codes.includes((value as unknown as ConsensusError).code)
}
