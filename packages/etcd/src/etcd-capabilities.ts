import { type Capabilities, ConsensusError } from '@eldest/core'
import type { EtcdSettings } from './etcd-options.js'

/**
 * etcd takes 1.5 MiB a request (--max-request-bytes). A put carries its value twice, for a key that is there and for
 * one that is not; the rest is for keys and what stands around them.
 */
const MAX_VALUE_BYTES = 752 * 1024
/** etcd looks for expired leases every 500 ms, then revokes them by a write; the rest is for a busy server. */
const EXPIRY_LATENESS_MS = 1000

/** What a store on etcd can do. `minTtlMs` as the server has granted it. */
export function etcdCapabilities({ requestTimeoutMs }: EtcdSettings, minTtlMs: number): Capabilities {
  return {
    minTtlMs,
    maxTtlMs: 24 * 3_600_000,
    ttlGranularityMs: 1000,
    worstCaseExpiryMs: (ttlMs) => Math.ceil(ttlMs / 1000) * 1000 + EXPIRY_LATENESS_MS,
    maxValueBytes: MAX_VALUE_BYTES,
    requestTimeoutMs,
    singleHost: false,
  }
}

/** Throws unless the value is bytes, and not too many. */
export function assertSize(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
  if (value.length <= MAX_VALUE_BYTES) return
  throw new ConsensusError('VALUE_TOO_LARGE', `value of ${value.length} bytes: etcd takes ${MAX_VALUE_BYTES}`)
}
