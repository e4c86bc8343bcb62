import { onAbort } from './abort.js'
import type { Clock } from './clock.js'

/** How {@link withDeadline} limits an operation. */
export interface DeadlineOptions {
  clock: Clock
  timeoutMs: number
  /** The caller's: rejects with its reason, untouched, before any work if it has aborted already. */
  signal?: AbortSignal | undefined
  /** The error when the time is over; says whether a write may have happened. */
  onTimeout(): Error
  /** Told, with the reason, as soon as nobody waits any more, before the operation's signal aborts. */
  onGiveUp?(reason: unknown): void
}

/**
 * Runs one request so that it settles within its deadline, whatever the server does. The operation gets a signal that
 * aborts when nobody waits any more; its late outcome is ignored.
 */
export function withDeadline<T>(options: DeadlineOptions, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    options.signal?.throwIfAborted()
    const waiting = new AbortController()
    const give = (error: unknown) => {
      finish()
      options.onGiveUp?.(error)
      reject(error)
      waiting.abort(error)
    }
    const cancelTimer = options.clock.setTimeout(() => give(options.onTimeout()), options.timeoutMs)
    const unlink = onAbort(options.signal, give)
    const finish = () => {
      cancelTimer()
      unlink()
    }
    const started = async () => operation(waiting.signal) // what it throws is a rejection too
    started().then(
      (value) => {
        finish()
        resolve(value)
      },
      (error: unknown) => {
        finish()
        reject(error)
      },
    )
  })
}

/** Resolves after the delay; rejects with the signal's reason if it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    signal?.throwIfAborted()
    const cancel = clock.setTimeout(() => {
      unlink()
      resolve()
    }, delayMs)
    const unlink = onAbort(signal, (reason) => {
      cancel()
      reject(reason)
    })
  })
}
