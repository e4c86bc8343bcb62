import { type Capabilities, ConsensusError } from '@eldest/core'

/** A packet must stay under 1 MiB (`jute.maxbuffer`): a larger one makes the server drop the connection. */
const MAX_VALUE_BYTES = 1024 * 1024 - 8 * 1024
/** For a busy server, beside the ticks. */
const EXPIRY_LATENESS_MS = 500

/** What the servers have told of themselves, in milliseconds. */
export interface ServerTimes {
  minTtlMs: number
  maxTtlMs: number
  tickMs: number
}

/** What a store on ZooKeeper can do. */
export function zookeeperCapabilities(
  { minTtlMs, maxTtlMs, tickMs }: ServerTimes,
  requestTimeoutMs: number,
): Capabilities {
  return {
    minTtlMs,
    maxTtlMs,
    ttlGranularityMs: 1,
    // Sessions end on a tick, and a follower's clients are heard of within half of one.
    worstCaseExpiryMs: (ttlMs) => ttlMs + 3 * tickMs + EXPIRY_LATENESS_MS,
    maxValueBytes: MAX_VALUE_BYTES,
    requestTimeoutMs,
    singleHost: false,
  }
}

/** Throws unless the value is bytes, and not too many. */
export function assertSize(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
  if (value.length <= MAX_VALUE_BYTES) return
  throw new ConsensusError('VALUE_TOO_LARGE', `value of ${value.length} bytes: ZooKeeper takes ${MAX_VALUE_BYTES}`)
}
