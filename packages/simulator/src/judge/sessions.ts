import type { Story, Violation } from './story.js'

/** The store holds a session while its holder counts on it. */
export function sessionsKept({ records, drifting }: Story): Violation[] {
  const broken: Violation[] = []
  for (const record of records) {
    if ((record.event !== 'expired' && record.event !== 'short') || record.leftMs <= 0) continue
    if (drifting.has(record.process)) continue
    const ends = record.event === 'expired' ? 'ended' : 'would end'
    const what = `the session of ${record.process} ${ends} ${record.leftMs.toFixed(1)} ms before its own deadline`
    broken.push({ promise: 'sessions are kept', what })
  }
  return broken
}
