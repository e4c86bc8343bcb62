import { describe, type Story, type Violation } from './story.js'

/** Whenever nobody led: how long it took, from the last fault on, until somebody did. */
export function recovery({ faultsMs, bids, terms, promises }: Story): { longestMs: number; broken: Violation[] } {
  const { recoveryMs, endMs } = promises
  const broken: Violation[] = []
  let longestMs = 0
  const gaps = [undefined, ...terms]
  for (const [i, term] of gaps.entries()) {
    const untilMs = Math.min(gaps[i + 1]?.electedMs ?? endMs, endMs)
    // Work that does not stop in time keeps its place until its session has run out.
    const overMs = term ? Math.max(term.endMs, Math.min(term.settledMs ?? 0, term.heldUntilMs ?? 0)) : 0
    if (overMs >= untilMs) continue
    const waiting = bids.filter((bid) => bid.startMs < untilMs && bid.endMs >= untilMs)
    if (waiting.length === 0) continue
    const joinedMs = Math.min(...waiting.map(({ startMs }) => startMs))
    const sinceMs = Math.max(overMs, joinedMs, ...faultsMs.filter((atMs) => atMs <= untilMs))
    longestMs = Math.max(longestMs, untilMs - sinceMs)
    if (untilMs - sinceMs <= recoveryMs) continue
    const after = term ? describe(term) : 'the beginning'
    const what = `nobody led for ${(untilMs - sinceMs).toFixed(0)} ms after ${after}, with ${waiting.length} waiting`
    broken.push({ promise: 'never stuck', what })
  }
  return { longestMs, broken }
}
