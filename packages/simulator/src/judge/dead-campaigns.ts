import { describe, type Story, type Violation } from './story.js'

/**
 * Whoever is elected has its key. Not judged: a process whose clock breaks the margin; a key that was deleted by hand
 * while the last read before the election was under way, or while the process stood still.
 */
export function deadCampaigns(story: Story): Violation[] {
  const { terms, excused, removals, drifting, records, promises } = story
  const { requestTimeoutMs = Infinity } = promises
  const broken: Violation[] = []
  for (const term of [...terms, ...excused]) {
    const removal = removals.get(term.token)
    if (!removal || removal.atMs >= term.electedMs || drifting.has(term.process)) continue
    if (story.evictionOf(term)) {
      if (removal.atMs + requestTimeoutMs >= term.electedMs) continue
      const stood = records.some(
        ({ event, process, atMs }) =>
          event === 'continued' && process === term.process && atMs > removal.atMs && atMs <= term.electedMs,
      )
      if (stood) continue
    }
    const agoMs = (term.electedMs - removal.atMs).toFixed(1)
    const what = `${describe(term)} was elected ${agoMs} ms after its key had gone (${removal.by})`
    broken.push({ promise: 'no dead campaign', what })
  }
  return broken
}
