import { type Capabilities, ConsensusError } from '@eldest/core'

/** Consul takes 512 KiB of JSON a transaction, in which a value is base64; the rest is for keys and conditions. */
const MAX_VALUE_BYTES = 376 * 1024
/** Over twice the TTL, 20 to 29 ms were measured; the rest is for a busy server. */
const EXPIRY_LATENESS_MS = 1000

/** What a store on Consul can do. */
export function consulCapabilities(minTtlMs: number, requestTimeoutMs: number): Capabilities {
  return {
    minTtlMs,
    maxTtlMs: 24 * 3_600_000,
    ttlGranularityMs: 1,
    // The server waits for twice the TTL, always (`agent/consul/session_ttl.go`).
    worstCaseExpiryMs: (ttlMs) => 2 * ttlMs + EXPIRY_LATENESS_MS,
    maxValueBytes: MAX_VALUE_BYTES,
    requestTimeoutMs,
    singleHost: false,
  }
}

/** Throws unless the value is bytes, and not too many. */
export function assertSize(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
  if (value.length <= MAX_VALUE_BYTES) return
  throw new ConsensusError('VALUE_TOO_LARGE', `value of ${value.length} bytes: Consul takes ${MAX_VALUE_BYTES}`)
}
