import type { Cancellable, Capabilities } from '@eldest/core'

/** Options of `FileStore.open`. */
export interface FileStoreOptions extends Cancellable {
  /** Longest time in milliseconds until a call settles. Default 2000. */
  requestTimeoutMs?: number
}

/** What this store can do. Throws a `RangeError` for options that cannot work. */
export function fileCapabilities({ requestTimeoutMs = 2000 }: FileStoreOptions): Capabilities {
  if (!(requestTimeoutMs >= 10 && requestTimeoutMs <= 600_000)) {
    throw new RangeError(`requestTimeoutMs is ${requestTimeoutMs}: it must be 10 to 600000 milliseconds`)
  }
  return {
    minTtlMs: 500,
    maxTtlMs: 24 * 3_600_000,
    ttlGranularityMs: 1,
    // Whoever reads next ends the session. What is added: the pause between two looks, and late timers.
    worstCaseExpiryMs: (ttlMs) => ttlMs + 250,
    maxValueBytes: 64 * 1024,
    requestTimeoutMs,
    singleHost: true,
  }
}

/** The folder that a `file:` URL names. Throws a `RangeError` that says how to write it instead. */
export function parseFileUrl(url: string): string {
  const path = /^file:([^?#]+)$/.exec(url)?.[1]
  if (path === undefined || path.startsWith('//')) {
    throw new RangeError('store URL is malformed: write file:./folder or file:/absolute/folder, without parameters')
  }
  return path
}
