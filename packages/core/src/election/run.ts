import { onAbort } from '../abort.js'
import { backoffMs } from '../backoff.js'
import type { Clock } from '../clock.js'
import { sleep } from '../deadline.js'
import { isConsensusError } from '../error.js'
import type { Cancellable } from '../store.js'
import { type CampaignOptions, isWorthAnotherTry, type StandbyCallback } from './campaign.js'
import type { Candidacy } from './candidacy.js'
import { Leadership } from './leadership.js'

/**
 * The leader's work. When `leadership.signal` fires it has `leadership.remainingMs()` to stop. Returning while still
 * leading gives the leadership up and goes to the back of the line.
 */
export type LeadCallback = (leadership: Leadership) => unknown

/** Options of `Election.run`. */
export interface RunOptions extends Cancellable {
  standby?: StandbyCallback | undefined
  /** Told of each failure that is mended by trying again: a place to log. What it throws ends the run. */
  onError?: ((error: unknown) => void) | undefined
}

/** Campaigns and leads by turns until the signal aborts. */
export async function run(
  clock: Clock,
  campaign: (options: CampaignOptions) => Promise<Candidacy>,
  lead: LeadCallback,
  { signal, standby, onError }: RunOptions,
): Promise<void> {
  for (let failures = 0; !signal?.aborted;) {
    try {
      const candidacy = await campaign({ signal, standby })
      failures = 0
      await leadUntilOver(candidacy, lead, signal)
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return
      if (!isWorthAnotherTry(error) && !isConsensusError(error, 'LEADERSHIP_LOST')) throw error
      if (isConsensusError(error) && error.ending === 'store closed') throw error
      failures++
      onError?.(error)
    }
    const pauseMs = backoffMs(failures, { firstMs: 20, maxMs: 2000 })
    await sleep(clock, pauseMs, signal).catch(() => undefined) // aborted: the loop's condition says so
  }
}

/** Signal first, then the work settles, and only then the key goes. */
async function leadUntilOver(candidacy: Candidacy, lead: LeadCallback, signal: AbortSignal | undefined): Promise<void> {
  let failure: { error: unknown } | undefined
  const unlink = onAbort(signal, () => candidacy.resign())
  try {
    await lead(new Leadership(candidacy))
  } catch (error) {
    if (!isEcho(error, candidacy.ended)) failure = { error }
  } finally {
    unlink()
  }
  await candidacy.release().catch((error: unknown) => (failure ??= { error }))
  if (failure) throw failure.error
}

/** Whether an error only says, in other words, that the signal fired. */
function isEcho(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  if (error === signal.reason || isConsensusError(error, 'LEADERSHIP_LOST', 'LEADERSHIP_RESIGNED')) return true
  return (
    (error instanceof Error && error.name === 'AbortError') || isConsensusError(error, 'GUARD_FAILED', 'SESSION_LOST')
  )
}
