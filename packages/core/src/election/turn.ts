import { onAbort } from '../abort.js'
import { backoffMs } from '../backoff.js'
import { sleep } from '../deadline.js'
import { isConsensusError } from '../error.js'
import type { Entry } from '../store.js'
import type { Candidacy } from './candidacy.js'
import { stepDownMs } from './doubt.js'

/** The re-list timer, in parts of a TTL: half of one, spread so that a crowd does not ask in step. */
const EARLIEST_RELIST = 0.4
export const LATEST_RELIST = 0.6

/**
 * Waits until the candidacy may lead. Level-triggered: what the store says decides, whatever wakes us only makes us
 * ask again.
 *
 * 1. Ask for the predecessor, which also tells whether the own key is the one that was created, of this session.
 * 2. A predecessor: wait until it is gone, or the own candidacy has ended, or the re-list timer rings; go to 1.
 * 3. None: lead if the local deadline is far enough away.
 *
 * `onWait` is called once, when there is a predecessor to wait for. Rejects when the candidacy ends or the signal
 * aborts.
 */
export async function waitForTurn(
  candidacy: Candidacy,
  signal: AbortSignal | undefined,
  onWait: () => void,
): Promise<void> {
  const { session } = candidacy
  const { clock } = candidacy.standing
  const stop = new AbortController()
  const unlink = [candidacy.ended, signal].map((each) => onAbort(each, (reason) => stop.abort(reason)))
  let endWait = () => {}
  try {
    for (let failures = 0, waited = false; ;) {
      stop.signal.throwIfAborted()
      try {
        const asked = findElder(candidacy, stop.signal)
        endWait() // now that the question is on its way, whose answer a whole election may wait for
        const elder = await asked
        failures = 0
        if (!elder && session.remainingMs() > stepDownMs(session)) return
        if (elder && !waited) onWait()
        waited ||= elder !== undefined
        await untilChange(candidacy, elder, stop.signal, (end) => (endWait = end))
      } catch (error) {
        if (stop.signal.aborted || !isConsensusError(error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN')) throw error
        // The store does not answer. The session's deadline ends this if it goes on.
        await sleep(clock, backoffMs(failures++, { firstMs: 20, maxMs: session.ttlMs / 6 }), stop.signal)
      }
    }
  } finally {
    endWait()
    for (const remove of unlink) remove()
  }
}

/**
 * The nearest older candidate; rubbish under the prefix is passed over. The candidacy ends here when its own key is
 * gone: without that a session that died meanwhile makes a phantom leader.
 */
async function findElder(candidacy: Candidacy, signal: AbortSignal): Promise<Entry | undefined> {
  const { store, layout } = candidacy.standing
  let last = candidacy.entry
  for (;;) {
    try {
      const elder = await store.predecessor(last, { signal })
      if (!elder || layout.read(elder)) return elder
      last = elder
    } catch (error) {
      if (!isConsensusError(error, 'GUARD_FAILED')) throw error
      if (last === candidacy.entry) candidacy.deposed()
      signal.throwIfAborted()
      last = candidacy.entry // rubbish went
    }
  }
}

/** Resolves when it is worth asking again; what it waits with is freed by the function that it hands out. */
async function untilChange(
  candidacy: Candidacy,
  elder: Entry | undefined,
  signal: AbortSignal,
  onBegin: (end: () => void) => void,
): Promise<void> {
  const { store, clock } = candidacy.standing
  const { ttlMs } = candidacy.session
  // Re-listing bounds the wait should a watch go deaf; without an elder only a renewal is missing.
  const pauseMs = elder ? ttlMs * spread(EARLIEST_RELIST, LATEST_RELIST) : ttlMs / 12
  const waiting = new AbortController()
  const unlink = onAbort(signal, (reason) => waiting.abort(reason))
  const states = elder && store.watch(elder.key, { signal: waiting.signal })[Symbol.asyncIterator]()
  onBegin(() => {
    unlink()
    waiting.abort(new Error('no longer waited for'))
    states?.return?.().catch(() => undefined)
  })
  // Not `for await`: leaving that would end the watch at once.
  const gone = async () => {
    for (;;) {
      const { value: state } = (await states!.next()) as { value: Entry | undefined }
      if (state?.createRevision !== elder!.createRevision) return
    }
  }
  const timer = sleep(clock, pauseMs, waiting.signal)
  await Promise.race(elder ? [timer, gone()] : [timer])
}

function spread(from: number, to: number): number {
  return from + (to - from) * Math.random()
}
