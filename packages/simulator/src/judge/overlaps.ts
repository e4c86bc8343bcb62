import { describe, type Story, type Term, type Violation } from './story.js'

/**
 * Of all leaderships at most one is un-aborted at any instant. Not judged: one whose key was deleted by hand, from
 * then on (it hears of it a notification later), and those of a process whose clock breaks the margin.
 */
export function overlaps(story: Story): Violation[] {
  return pairs(story, (term) => Math.min(term.endMs, story.evictionOf(term)?.atMs ?? Infinity)).map(
    ({ term, other, untilMs }) => {
      const aheadMs = (untilMs - other.electedMs).toFixed(1)
      const what = `two leaders: ${describe(other)} was elected ${aheadMs} ms before ${describe(term)} ended`
      return { promise: 'one leader', what }
    },
  )
}

/** Nobody leads before the work of the last leader has settled, or could have gone on until its local deadline. */
export function workOverlaps(story: Story): Violation[] {
  const heldUntil = (term: Term) => {
    if (term.settledMs === undefined || term.heldUntilMs === undefined) return -Infinity
    return Math.min(term.settledMs, term.heldUntilMs, story.evictionOf(term)?.atMs ?? Infinity)
  }
  return pairs(story, heldUntil)
    .filter(({ term, other }) => other.electedMs >= term.endMs)
    .map(({ term, other, untilMs }) => {
      const earlyMs = (untilMs - other.electedMs).toFixed(1)
      const what = `${describe(other)} was elected ${earlyMs} ms before the work of ${describe(term)} had stopped or its time was over`
      return { promise: 'stop before the next starts', what }
    })
}

/** A leader whose session the store still holds is told early enough to stop. */
export function lateStops({ terms, removals, promises: { stopMs = 0 } }: Story): Violation[] {
  return terms
    .filter(({ reason, leftMs = Infinity }) => reason === 'session lost' && leftMs < stopMs)
    .filter(({ token, endMs }) => (removals.get(token)?.atMs ?? Infinity) > endMs)
    .map((term) => {
      const what = `${describe(term)} had ${term.leftMs!.toFixed(0)} ms left to stop in place of ${stopMs.toFixed(0)}`
      return { promise: 'stop before the next starts', what }
    })
}

/** The terms that began before another had come to its end. */
function pairs({ terms, drifting }: Story, endOf: (term: Term) => number) {
  const found: { term: Term; other: Term; untilMs: number }[] = []
  for (const [i, term] of terms.entries()) {
    if (drifting.has(term.process)) continue
    const untilMs = endOf(term)
    for (const other of terms.slice(i + 1)) {
      if (other.electedMs >= untilMs) break
      if (other.electedMs > term.electedMs) found.push({ term, other, untilMs })
    }
  }
  return found
}
