import { type Bid, bidsOf, type HistoryRecord, inOrder } from './history.js'

/** What the history is held against. */
export interface Promises {
  /** A leader exists again this long after the last fault, whenever a living candidate exists. */
  recoveryMs: number
  /** When the history was closed. */
  endMs: number
}

/** What was seen, and every promise that was broken, in words. */
export interface Judgement {
  violations: string[]
  terms: number
  longestRecoveryMs: number
}

/** Holds a history against what an election promises. */
export function judge(history: readonly HistoryRecord[], promises: Promises): Judgement {
  const bids = bidsOf(history)
  const terms = bids.filter(isTerm).sort((a, b) => a.electedMs - b.electedMs)
  const { longestMs, violations } = recovery(history, bids, terms, promises)
  return {
    violations: [...overlaps(terms), ...tokens(terms), ...overtaken(bids, terms), ...violations],
    terms: terms.length,
    longestRecoveryMs: longestMs,
  }
}

type Term = Bid & { electedMs: number }

function isTerm(bid: Bid): bid is Term {
  return bid.electedMs !== undefined
}

function overlaps(terms: Term[]): string[] {
  return terms.flatMap((term) =>
    terms
      .filter((other) => other.electedMs > term.electedMs && other.electedMs < term.endMs)
      .map(
        (other) =>
          `two leaders: ${describe(other)} was elected ${(term.endMs - other.electedMs).toFixed(1)} ms before ${describe(term)} ended`,
      ),
  )
}

function tokens(terms: Term[]): string[] {
  return terms
    .slice(1)
    .filter((term, i) => term.token <= terms[i]!.token)
    .map((term) => `a token did not rise: ${describe(term)}`)
}

function overtaken(bids: Bid[], terms: Term[]): string[] {
  return terms.flatMap((term) =>
    bids
      .filter((elder) => elder.token < term.token && elder.startMs < term.electedMs && elder.endMs > term.electedMs)
      .map((elder) => `an elder was overtaken: ${describe(elder)} by ${describe(term)}`),
  )
}

/** Whenever nobody led: how long it took, from the last fault on, until somebody did. */
function recovery(
  history: readonly HistoryRecord[],
  bids: Bid[],
  terms: Term[],
  { recoveryMs, endMs }: Promises,
): { longestMs: number; violations: string[] } {
  const faults = inOrder(history).filter(({ event }) => ['killed', 'stopped', 'continued', 'disturbed'].includes(event))
  const violations: string[] = []
  let longestMs = 0
  for (const [i, term] of terms.entries()) {
    const untilMs = Math.min(terms[i + 1]?.electedMs ?? endMs, endMs)
    if (term.endMs >= untilMs) continue
    const waiting = bids.filter((bid) => bid.startMs < untilMs && bid.endMs >= untilMs)
    if (waiting.length === 0) continue
    const joinedMs = Math.min(...waiting.map(({ startMs }) => startMs))
    const disturbed = faults.filter(({ atMs }) => atMs <= untilMs).map(({ atMs }) => atMs)
    const sinceMs = Math.max(term.endMs, joinedMs, ...disturbed)
    longestMs = Math.max(longestMs, untilMs - sinceMs)
    if (untilMs - sinceMs > recoveryMs) {
      violations.push(
        `nobody led for ${(untilMs - sinceMs).toFixed(0)} ms after ${describe(term)}, with ${waiting.length} waiting`,
      )
    }
  }
  return { longestMs, violations }
}

function describe({ process, token }: Bid): string {
  return `${process} (token ${token})`
}
