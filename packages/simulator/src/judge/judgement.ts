import { candidacies } from './candidacies.js'
import { deadCampaigns } from './dead-campaigns.js'
import { evictions } from './evictions.js'
import type { HistoryRecord } from './history.js'
import { backOfTheLine, tokens, overtaken } from './order.js'
import { lateStops, overlaps, workOverlaps } from './overlaps.js'
import { recovery } from './recovery.js'
import { reports } from './reports.js'
import { sessionsKept } from './sessions.js'
import { type Promises, Story, type Violation } from './story.js'
import { watches } from './watches.js'
import { acceptedWrites, guardedWrites } from './writes.js'

/** What was seen, and every promise that was broken. */
export interface Judgement {
  /** In words. */
  violations: string[]
  /** The same, by promise. */
  broken: Violation[]
  terms: number
  longestRecoveryMs: number
}

/**
 * Holds a history against what an election promises. What a history does not tell of cannot be judged: one that
 * consists of the candidates' own lines and of what was done to them is held against fewer promises than one that also
 * tells what the store saw.
 */
export function judge(history: readonly HistoryRecord[], promises: Promises): Judgement {
  const story = new Story(history, promises)
  const { longestMs, broken: stuck } = recovery(story)
  const broken = [
    ...overlaps(story),
    ...workOverlaps(story),
    ...lateStops(story),
    ...tokens(story),
    ...overtaken(story),
    ...backOfTheLine(story),
    ...sessionsKept(story),
    ...deadCampaigns(story),
    ...guardedWrites(story),
    ...acceptedWrites(story),
    ...candidacies(story),
    ...evictions(story),
    ...watches(story),
    ...reports(story),
    ...stuck,
  ]
  return { violations: broken.map(({ what }) => what), broken, terms: story.terms.length, longestRecoveryMs: longestMs }
}
