/** What a store can do, as data: callers decide by these values, never by the store's name. */
export interface Capabilities {
  /** Shortest and longest TTL of a session, in milliseconds. */
  readonly minTtlMs: number
  readonly maxTtlMs: number
  /** TTLs are rounded up to a multiple of this many milliseconds. */
  readonly ttlGranularityMs: number
  /**
   * The longest time after its last renewal for which the store may keep a silent session of the given TTL, in
   * milliseconds, while the store itself is healthy. Bounds the time until the next candidate leads after a crash.
   */
  worstCaseExpiryMs(ttlMs: number): number
  /** The largest value, in bytes. */
  readonly maxValueBytes: number
  /** Longest time in milliseconds until a call settles. */
  readonly requestTimeoutMs: number
  /** Every operation sees one host only: its processes, not other machines. */
  readonly singleHost: boolean
}
