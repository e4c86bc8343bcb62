import type { Place } from './history.js'
import { describe, type Story, type Violation } from './story.js'

/** A guarded write takes effect only while the writer's own key lives. */
export function guardedWrites({ records }: Story): Violation[] {
  const broken: Violation[] = []
  let line: Place[] = []
  for (const record of records) {
    if (record.event === 'line') line = record.line
    if (record.event !== 'written' || line.some(({ token }) => token === record.token)) continue
    broken.push({ promise: 'guarded writes', what: `${describe(record)} wrote after it had been deposed` })
  }
  return broken
}

/** Nothing that leaders write to takes a write of one of them after a later one's. */
export function acceptedWrites({ records }: Story): Violation[] {
  const broken: Violation[] = []
  const highest = new Map<string, bigint>()
  for (const record of records) {
    if (record.event !== 'accepted') continue
    const { process, token } = record
    const before = highest.get(process) ?? 0n
    if (token >= before) highest.set(process, token)
    else
      broken.push({
        promise: 'guarded writes',
        what: `${process} took a write of token ${token} after one of ${before}`,
      })
  }
  return broken
}
