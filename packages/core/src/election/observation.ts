import type { Entry } from '../store.js'
import type { Candidate } from './candidate.js'
import type { ElectionLayout } from './layout.js'

/** Who leads, and who would come next. */
export interface Observation {
  /** The eldest candidate, which leads or is about to; `undefined`: nobody stands. */
  readonly leader: Candidate | undefined
  /** The line of succession, eldest first, the leader included. */
  readonly candidates: readonly Candidate[]
}

/** The line of succession: the candidates among the entries, eldest first, which is the order of the entries. */
export function readLine(layout: ElectionLayout, entries: readonly Entry[]): Candidate[] {
  return entries.map((entry) => layout.read(entry)).filter((candidate) => candidate !== undefined)
}

/** Turns the states of a prefix into observations, leaving out those that say nothing new. */
export function observations(layout: ElectionLayout, states: AsyncIterable<Entry[]>): AsyncIterable<Observation> {
  return {
    [Symbol.asyncIterator]() {
      const source = states[Symbol.asyncIterator]()
      let last: string | undefined
      return {
        async next(): Promise<IteratorResult<Observation, undefined>> {
          for (;;) {
            const result = await source.next()
            if (result.done === true) return { done: true, value: undefined }
            const candidates = readLine(layout, result.value)
            const line = candidates.map(({ entry }) => `${entry.key}@${entry.modRevision}`).join()
            if (line === last) continue // only rubbish changed
            last = line
            return { done: false, value: { leader: candidates[0], candidates } }
          }
        },
        async return(): Promise<IteratorResult<Observation, undefined>> {
          await source.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
