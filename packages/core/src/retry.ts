import { backoffMs } from './backoff.js'
import type { Clock } from './clock.js'
import { sleep } from './deadline.js'
import { isConsensusError } from './error.js'

/** How long {@link retryTransient} goes on. */
export interface RetryOptions {
  clock: Clock
  /** No attempt starts later than this many milliseconds after the first. */
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/**
 * Repeats an idempotent request while it fails with `UNAVAILABLE` or `OUTCOME_UNKNOWN`, with growing pauses, and
 * rejects with the last error when the time is over. Any other error rejects at once.
 */
export async function retryTransient<T>(options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const { clock, timeoutMs, signal } = options
  const startedMs = clock.now()
  let doubt: unknown
  for (let retry = 0; ; retry++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isConsensusError(error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN')) throw error
      // One attempt that may have written makes the whole outcome unknown, whatever the later ones say.
      if (doubt === undefined || !isConsensusError(doubt, 'OUTCOME_UNKNOWN')) doubt = error
      const pauseMs = backoffMs(retry, { firstMs: 20, maxMs: 500 })
      if (clock.now() + pauseMs - startedMs >= timeoutMs) throw doubt
      await sleep(clock, pauseMs, signal)
    }
  }
}
