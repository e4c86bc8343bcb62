/**
 * Building blocks for whoever writes a store: what every adapter needs and none should write again. An application
 * does not need this entry point.
 */
export { abortable, onAbort } from './abort.js'
export { backoffMs, type BackoffOptions } from './backoff.js'
export { type DeadlineOptions, sleep, withDeadline } from './deadline.js'
export { assertKey, MAX_KEY_LENGTH, prefixOf } from './key.js'
export { freshName, KeptSession, type KeptSessionOptions, type SessionBackend } from './kept-session.js'
export { CLOCK_STEP_MS, DRIFT_MARGIN, Renewal, type RenewalOptions } from './renewal.js'
export { retryTransient, type RetryOptions } from './retry.js'
export { assertTtl } from './session.js'
export { stateIterable, type StateSink } from './state-stream.js'
