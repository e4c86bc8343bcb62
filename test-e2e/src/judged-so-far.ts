import { type HistoryRecord, judge, type Promises, type Violation } from '@eldest/simulator'
import { monotonicMs } from './waiting.js'

/**
 * The promises that a history breaks as far as it goes. A process that was stopped and has said nothing since counts
 * as dead: it may still say that it has lost.
 */
export function judgedSoFar(history: readonly HistoryRecord[], promises: Partial<Promises> = {}): Violation[] {
  const endMs = monotonicMs()
  const last = new Map(history.map((record) => [record.process, record]))
  const dead = [...last.values()]
    .filter(({ event }) => event === 'stopped' || event === 'continued')
    .map(({ process }) => ({ atMs: endMs, process, event: 'killed' }) as const)
  return judge([...history, ...dead], { recoveryMs: Infinity, endMs, ...promises }).broken
}
