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
