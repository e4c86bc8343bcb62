import type { Place } from './history.js'
import { describe, type Story, type Violation } from './story.js'

/** Tokens strictly increase from one leader to the next. */
export function tokens({ terms }: Story): Violation[] {
  return terms
    .slice(1)
    .filter((term, i) => term.token <= terms[i]!.token)
    .map((term) => ({ promise: 'rising tokens', what: `a token did not rise: ${describe(term)}` }))
}

/** No older living candidate is overtaken: neither one that says that it lives, nor one whose key the store holds. */
export function overtaken(story: Story): Violation[] {
  const { bids, terms, records } = story
  const excused = new Set(story.excused.map(({ token }) => token))
  const broken = terms.flatMap((term) =>
    bids
      .filter(
        (elder) =>
          elder.token < term.token &&
          elder.startMs < term.electedMs &&
          Math.min(elder.endMs, story.removals.get(elder.token)?.atMs ?? Infinity) > term.electedMs,
      )
      .map((elder) => ({ elder, term })),
  )
  let line: Place[] = []
  for (const record of records) {
    if (record.event === 'line') line = record.line
    if (record.event !== 'elected' || excused.has(record.token)) continue
    const elder = line.find(({ token }) => token < record.token)
    if (elder && !broken.some((known) => known.elder.token === elder.token && known.term.token === record.token)) {
      broken.push({ elder: elder as never, term: record as never })
    }
  }
  return broken.map(({ elder, term }) => ({
    promise: 'seniority',
    what: `an elder was overtaken: ${describe(elder)} by ${describe(term)}`,
  }))
}

/** Who lost its session stands again behind everybody who stood by then. */
export function backOfTheLine({ records }: Story): Violation[] {
  const broken: Violation[] = []
  const lost = new Map<string, bigint>()
  let youngest = 0n
  for (const record of records) {
    if (record.event === 'line') {
      const last = record.line.at(-1)
      if (last && last.token > youngest) youngest = last.token
    } else if (record.event === 'lost') {
      lost.set(record.process, youngest)
    } else if (record.event === 'standby' || record.event === 'elected') {
      const before = lost.get(record.process)
      lost.delete(record.process)
      if (before === undefined || record.token > before) continue
      const what = `${describe(record)} stands again before token ${before}, which stood when it lost its place`
      broken.push({ promise: 'back of the line', what })
    }
  }
  return broken
}
