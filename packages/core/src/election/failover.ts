import type { Capabilities } from '../capabilities.js'
import { LATEST_RELIST } from './turn.js'

/**
 * The longest time, in milliseconds, from the crash of a leader until the next candidate leads, once the store is
 * healthy and within reach: until the store ends the silent session, then, should the notification be lost, until the
 * re-list timer rings, then one round of requests.
 */
export function worstCaseFailoverMs(capabilities: Capabilities, ttlMs: number): number {
  return capabilities.worstCaseExpiryMs(ttlMs) + LATEST_RELIST * ttlMs + capabilities.requestTimeoutMs
}
