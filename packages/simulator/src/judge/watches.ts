import type { Place } from './history.js'
import type { Story, Violation } from './story.js'

/** A line as observers tell it: each token with the last write of its key. */
export function lineText(line: readonly Pick<Place, 'token' | 'written'>[]): string {
  return line.map(({ token, written }) => `${token}@${written}`).join(' ')
}

/** What an observer sees never goes back, is never made up, and in the end is what there is. */
export function watches({ records }: Story): Violation[] {
  const broken: Violation[] = []
  const add = (what: string) => broken.push({ promise: 'watches converge', what })
  const states = ['']
  const reached = new Map<string, number>()
  for (const record of records) {
    if (record.event === 'line') states.push(lineText(record.line))
    else if (record.event === 'seen') {
      const from = reached.get(record.process) ?? 0
      const at = states.indexOf(record.line, from)
      if (at >= 0) reached.set(record.process, at)
      else add(`${record.process} was shown a line that was over, or never was: ${record.line}`)
    } else if (record.event === 'counted' && record.expected?.length !== 0) {
      for (const [process, at] of reached) {
        const [seen, now] = [states[at], states.at(-1)]
        if (seen !== now) add(`${process} still sees ${seen} in place of ${now}`)
      }
    }
  }
  return broken
}
