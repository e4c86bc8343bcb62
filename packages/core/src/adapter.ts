/**
 * Building blocks for whoever writes a store: what every adapter needs and none should write again. An application
 * does not need this entry point.
 */
export { abortable, onAbort } from './abort.js'
export { backoffMs, type BackoffOptions } from './backoff.js'
export { Credentials, type Supplied } from './credentials.js'
export { type DeadlineOptions, sleep, withDeadline } from './deadline.js'
export { assertLives, predecessorIn } from './guard.js'
export { assertKey, MAX_KEY_LENGTH, prefixOf } from './key.js'
export { freshName, KeptSession, type KeptSessionOptions, type SessionBackend } from './kept-session.js'
export { CLOCK_STEP_MS, DRIFT_MARGIN, Renewal, type RenewalOptions } from './renewal.js'
export { Requests, type RequestsOptions, type Send } from './requests.js'
export { retryTransient, type RetryOptions } from './retry.js'
export { assertTtl } from './session.js'
export { stateIterable, type StateSink } from './state-stream.js'
export { StoreLife, type Watching } from './store-life.js'
export { type Host, parseHosts, parseStoreUrl, type StoreUrl, type StoreUrlShape } from './store-url.js'
export { tlsFailure } from './tls-failure.js'
export {
  environmentCredentials,
  fileParameter,
  integerParameter,
  TLS_PARAMETERS,
  type TlsOptions,
  tlsParameters,
} from './url-parameters.js'
