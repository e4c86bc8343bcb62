import { setMaxListeners } from 'node:events'
import { onAbort } from '../abort.js'
import { backoffMs } from '../backoff.js'
import { sleep } from '../deadline.js'
import { isConsensusError } from '../error.js'
import type { Cancellable } from '../store.js'
import { Candidacy } from './candidacy.js'
import type { Standing } from './election-options.js'
import { waitForTurn } from './turn.js'

/** What a candidate that has to wait knows of itself. */
export interface Standby {
  readonly id: string
  /** The `createRevision` of its key, and the fencing token should it lead. */
  readonly fencingToken: bigint
  /** Fires when the waiting is over: elected, or the candidacy has ended. */
  readonly signal: AbortSignal
}

/**
 * Called for each candidacy that has to wait its turn. What it throws or rejects with ends the campaign, unless its
 * signal has fired. Leading does not wait for it to settle.
 */
export type StandbyCallback = (standby: Standby) => void | Promise<void>

/** Options of `Election.campaign`. */
export interface CampaignOptions extends Cancellable {
  standby?: StandbyCallback | undefined
}

/** Stands until elected; a lost session only costs the place in the line. */
export async function campaign(
  standing: Standing,
  value: () => unknown,
  onStand: (candidacy: Candidacy) => void,
  options: CampaignOptions,
): Promise<Candidacy> {
  const { signal } = options
  let stood = false
  for (let losses = 0; ; losses++) {
    try {
      const candidacy = await Candidacy.stand(standing, value(), { signal })
      stood = true
      onStand(candidacy)
      await elected(candidacy, options)
      return candidacy
    } catch (error) {
      signal?.throwIfAborted()
      if (!stood || !isWorthAnotherTry(error)) throw error
      await sleep(standing.clock, backoffMs(losses, { firstMs: 50, maxMs: 2000 }), signal)
    }
  }
}

/** Whether standing anew may succeed where this failed: the store was out of reach, or has ended the session. */
export function isWorthAnotherTry(error: unknown): boolean {
  if (isConsensusError(error, 'LEADERSHIP_LOST')) return error.ending === 'session lost'
  return isConsensusError(error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN', 'SESSION_LOST')
}

/** Resolves when the candidacy leads; otherwise its key is gone, or goes with its session, before this rejects. */
async function elected(candidacy: Candidacy, { signal, standby }: CampaignOptions): Promise<void> {
  const waiting = new AbortController()
  const failed = new AbortController()
  setMaxListeners(0, waiting.signal) // standby hangs as much on it as it likes
  const unlink = [
    onAbort(signal, (reason) => failed.abort(reason)),
    onAbort(candidacy.ended, (reason) => waiting.abort(reason)),
  ]
  const onWait = () => {
    if (!standby) return
    const { entry, standing } = candidacy
    const call = async () => standby({ id: standing.id, fencingToken: entry.createRevision, signal: waiting.signal })
    call().catch((error: unknown) => {
      if (!waiting.signal.aborted) failed.abort(error)
    })
  }
  try {
    await waitForTurn(candidacy, failed.signal, onWait)
    candidacy.lead()
    candidacy.assertCertain()
  } catch (error) {
    // Where this fails the key goes with its session; the reason for giving up is the news.
    await candidacy.release().catch(() => undefined)
    throw error
  } finally {
    for (const remove of unlink) remove()
    waiting.abort(new Error('the waiting is over'))
  }
}
