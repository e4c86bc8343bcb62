import { describe, type Story, type Violation } from './story.js'

/** Whose key was deleted is told, at the latest when somebody else could lead. */
export function evictions(story: Story): Violation[] {
  const { terms, faultsMs, promises } = story
  const broken: Violation[] = []
  for (const term of terms) {
    const removal = story.evictionOf(term)
    if (!removal) continue
    const endMs = Math.min(term.endMs, promises.endMs)
    const sinceMs = Math.max(removal.atMs, term.electedMs, ...faultsMs.filter((atMs) => atMs <= endMs))
    if (endMs - sinceMs <= promises.recoveryMs) continue
    const what = `${describe(term)} still led ${(endMs - sinceMs).toFixed(0)} ms after its key was deleted`
    broken.push({ promise: 'eviction', what })
  }
  return broken
}
