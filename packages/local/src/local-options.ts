import type { Cancellable, Capabilities, Clock } from '@eldest/core'
import { MAX_VALUE_BYTES } from './local-value.js'

/** Options of `LocalStore.open`. */
export interface LocalStoreOptions extends Cancellable {
  /** Default: the machine's. Every process that shares the file must read the same one. */
  clock?: Clock
  /** Longest time in milliseconds until a call settles. Default 2000. */
  requestTimeoutMs?: number
}

const DEFAULT_REQUEST_TIMEOUT_MS = 2000

/** Throws a `RangeError` for options that cannot work. */
export function localCapabilities({ requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS }: LocalStoreOptions): Capabilities {
  if (!Number.isFinite(requestTimeoutMs) || requestTimeoutMs < 10 || requestTimeoutMs > 600_000) {
    throw new RangeError(`requestTimeoutMs is ${requestTimeoutMs}: it must be 10 to 600000 milliseconds`)
  }
  return {
    // Below it, a renewal every third of a TTL leaves no room for one slow flush to the disk (tens of milliseconds).
    minTtlMs: 500,
    maxTtlMs: 24 * 3_600_000,
    ttlGranularityMs: 1,
    // Each waiting process ends the session by a timer of its own: what is added is the timers' lateness under load.
    worstCaseExpiryMs: (ttlMs) => ttlMs + 250,
    maxValueBytes: MAX_VALUE_BYTES,
    requestTimeoutMs,
    singleHost: true,
  }
}

/** The path that a `local:` URL names, unchanged. Throws a `RangeError` that says how to write it instead. */
export function parseLocalUrl(url: string): string {
  const how = 'write local:./path or local:/absolute/path'
  if (!url.startsWith('local:')) throw new RangeError(`the local store serves no such URL: ${how}`)
  const [path = '', ...query] = url.slice('local:'.length).split('?')
  if (path === '') throw new RangeError(`the store URL names no file: ${how}`)
  if (path.startsWith('//')) throw new RangeError(`the local store has no host: ${how}`)
  const parameter = query.join('?').split(/[=&]/)[0]
  if (query.length > 0) throw new RangeError(`the local store takes no parameter "${parameter ?? ''}": ${how}`)
  return path
}

/** Throws a `RangeError` for a path that cannot name a file. */
export function assertPath(path: string): void {
  if (typeof path !== 'string') throw new TypeError(`the store path must be a string, not ${typeof path}`)
  if (path === '' || path.includes('\0')) throw new RangeError('the store path is empty or contains a NUL character')
  if (/[/\\]$/.test(path)) throw new RangeError(`the store path ${path} ends in a slash: name a file, not a folder`)
}
