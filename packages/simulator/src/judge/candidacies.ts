import type { Place } from './history.js'
import { describe, type Story, type Violation } from './story.js'

/**
 * A creation that was cancelled while its outcome was in doubt may leave a key beside that of the next candidacy, on a
 * session that both share, until the doubt is settled: this many requests.
 */
const UNDOING = 4

/** No candidacy is doubled, left behind, or removed by another candidate. */
export function candidacies({ records, removals, bids, promises }: Story): Violation[] {
  const broken: Violation[] = []
  const add = (what: string) => broken.push({ promise: 'one candidacy', what })
  const doubled = new Map<string, number>()
  const undoingMs = UNDOING * (promises.requestTimeoutMs ?? 0)
  let line: Place[] = []
  for (const record of records) {
    if (record.event === 'line') {
      line = record.line
      const before = new Set<string>()
      const twice = new Set<string>()
      for (const place of line) {
        if (before.has(place.session)) twice.add(place.session)
        before.add(place.session)
      }
      for (const [session, sinceMs] of doubled) {
        if (twice.has(session) && record.atMs - sinceMs <= undoingMs) continue
        doubled.delete(session)
        const place = line.findLast((each) => each.session === session)
        if (place && record.atMs - sinceMs > undoingMs) add(`two keys of one candidacy: ${describe(place)}`)
      }
      for (const session of twice) if (!doubled.has(session)) doubled.set(session, record.atMs)
    } else if (record.event === 'counted') {
      const expected = record.expected ?? []
      for (const process of expected) {
        const places = line.filter((place) => place.process === process)
        if (places.length !== 1) add(`${process} stands ${places.length} times in the line`)
      }
      for (const place of line) if (!expected.includes(place.process)) add(`a key was left behind: ${describe(place)}`)
    }
  }
  const candidates = new Set(bids.map(({ process }) => process))
  for (const { place, by } of removals.values()) {
    if (by !== place.process && candidates.has(by)) add(`the key of ${describe(place)} was deleted by ${by}`)
  }
  return broken
}
