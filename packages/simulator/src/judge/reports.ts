import { describe, type Story, type Violation } from './story.js'

/** Nothing is told twice, and nothing after the end; a program does not end by itself. */
export function reports({ records }: Story): Violation[] {
  const told = new Map<string, Set<string>>()
  const broken: Violation[] = []
  for (const record of records) {
    if (record.event === 'failed') {
      broken.push({ promise: 'nothing hidden', what: `${record.process} failed: ${record.what}` })
      continue
    }
    const { event } = record
    if (event !== 'standby' && event !== 'elected' && event !== 'lost' && event !== 'resigned') continue
    const bid = describe(record)
    const before = told.get(bid) ?? new Set<string>()
    told.set(bid, before)
    const isOver = before.has('lost') || before.has('resigned')
    if (before.has(event)) broken.push({ promise: 'told once', what: `${bid} was told twice that it is ${event}` })
    else if (isOver) broken.push({ promise: 'told once', what: `${bid} was told after its end that it is ${event}` })
    before.add(event)
  }
  return broken
}
