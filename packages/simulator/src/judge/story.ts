import { type Bid, bidsOf, type HistoryRecord, inOrder, type Place } from './history.js'

/** What the history is held against. */
export interface Promises {
  /** A leader exists again this long after the last fault, whenever a living candidate exists. */
  recoveryMs: number
  /** When the history was closed. */
  endMs: number
  /** How long after it was continued a process may need to say what it has lost. Default: any time. */
  wakingMs?: number | undefined
  /** What a leader that loses its session has left to stop in. Default: nothing is promised. */
  stopMs?: number | undefined
  /** How long a read may have been under way. Default: any time. */
  requestTimeoutMs?: number | undefined
}

/** A bid that was elected. */
export type Term = Bid & { electedMs: number }

/** A promise that was broken. */
export interface Violation {
  promise: PromiseName
  what: string
}

/** The names of the promises, as in docs/guarantees.md. */
export type PromiseName =
  | 'one leader'
  | 'stop before the next starts'
  | 'rising tokens'
  | 'seniority'
  | 'back of the line'
  | 'never stuck'
  | 'guarded writes'
  | 'one candidacy'
  | 'watches converge'
  | 'told once'
  | 'no dead campaign'
  | 'sessions are kept'
  | 'eviction'
  | 'nothing hidden'

/** A key that went from the line. */
export interface Removal {
  atMs: number
  place: Place
  /** The process that did it; `expiry`: its session ran out. */
  by: string
}

/** A history, with what every promise needs to know of it. */
export class Story {
  readonly records: HistoryRecord[]
  readonly bids: Bid[]
  /** By the time of their election; without the excused. */
  readonly terms: Term[]
  /**
   * Elected after their key had gone by no fault of theirs: it was deleted by hand while the last read was under way,
   * or their clock breaks the margin.
   */
  readonly excused: Term[]
  /** By token. */
  readonly removals = new Map<bigint, Removal>()
  /** Processes whose clocks break the margin. */
  readonly drifting = new Set<string>()
  /** When anything was done to anybody. */
  readonly faultsMs: number[] = []
  readonly promises: Promises

  constructor(history: readonly HistoryRecord[], promises: Promises) {
    this.promises = promises
    this.records = inOrder(history)
    this.bids = bidsOf(this.records, promises.wakingMs)
    const places = new Map<bigint, Place>()
    for (const record of this.records) {
      if (record.event === 'drifts') this.drifting.add(record.process)
      else if (FAULTS.has(record.event)) this.faultsMs.push(record.atMs)
      else if (record.event === 'line') {
        for (const place of record.line) places.set(place.token, place)
        const place = record.removed === undefined ? undefined : places.get(record.removed)
        if (place) this.removals.set(place.token, { atMs: record.atMs, place, by: record.process })
      }
    }
    const terms = this.bids.filter(isTerm).sort((a, b) => a.electedMs - b.electedMs)
    this.terms = terms.filter((term) => !this.#isExcused(term))
    this.excused = terms.filter((term) => this.#isExcused(term))
  }

  #isExcused(term: Term): boolean {
    const removal = this.removals.get(term.token)
    if (!removal || removal.atMs >= term.electedMs) return false
    return this.drifting.has(term.process) || this.evictionOf(term) !== undefined
  }

  /** The removal of a bid's key by somebody else, if there was one: by an operator, not by expiry. */
  evictionOf(bid: Bid): Removal | undefined {
    const removal = this.removals.get(bid.token)
    return removal && removal.by !== 'expiry' && removal.by !== removal.place.process ? removal : undefined
  }
}

const FAULTS = new Set<string>(['killed', 'stopped', 'continued', 'disturbed', 'fault', 'mended'])

function isTerm(bid: Bid): bid is Term {
  return bid.electedMs !== undefined
}

/** A bid in words. */
export function describe({ process, token }: Pick<Bid, 'process' | 'token'>): string {
  return `${process} (token ${token})`
}
