import { onAbort } from '../abort.js'
import { isConsensusError } from '../error.js'
import type { Candidate } from './candidate.js'
import type { Standing } from './election-options.js'

/** How an eviction proceeds. */
export interface EvictOptions {
  signal?: AbortSignal | undefined
  /**
   * How long the candidate is given to stop by itself before its key is deleted under it, in milliseconds. 0: delete
   * at once. Default: the TTL that the candidate published, or else 15,000; 0 in a layout that has no room for the
   * wish.
   */
  graceMs?: number | undefined
}

/**
 * Makes one candidate step down; resolves when its key is gone. Deleting the key outright would let the next lead
 * before this one has heard of it, so the wish is written into its value first, and the candidate stops, then deletes
 * its key itself.
 */
export async function evict(
  { store, clock, layout }: Standing,
  candidate: Candidate,
  options: EvictOptions,
): Promise<void> {
  const { entry } = candidate
  const { signal, graceMs = layout.withEviction ? (candidate.ttlMs ?? 15_000) : 0 } = options
  const waiting = new AbortController()
  const unlink = onAbort(signal, (reason) => waiting.abort(reason))
  const graceOver = new Error('the grace is over')
  const cancelTimer = clock.setTimeout(() => waiting.abort(graceOver), graceMs)
  try {
    for await (const state of store.watch(entry.key, { signal: waiting.signal })) {
      if (state?.createRevision !== entry.createRevision) return
      // A value that the candidate publishes meanwhile overwrites the wish, which is then written again.
      if (!layout.withEviction || layout.read(state)?.evicting === true) continue
      await store.put(entry.key, layout.withEviction(state), { guard: entry, signal: waiting.signal })
    }
  } catch (error) {
    if (isConsensusError(error, 'GUARD_FAILED')) return
    if (error !== graceOver) throw error
    await store.delete(entry.key, { guard: entry, signal }).catch((failure: unknown) => {
      if (!isConsensusError(failure, 'GUARD_FAILED')) throw failure
    })
  } finally {
    cancelTimer()
    unlink()
  }
}
