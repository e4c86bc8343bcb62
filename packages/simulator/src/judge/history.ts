/** One thing that happened, on one clock, in milliseconds. A history is these, one a line as JSON. */
export type HistoryRecord = CandidateRecord | DriverRecord | StoreRecord | ObserverRecord | ResourceRecord

/** What a candidate says of itself. */
export interface CandidateRecord {
  atMs: number
  /** The process, one name for each start of it. */
  process: string
  /** `settled`: the work of a leadership that is over has come to its end. */
  event: 'standby' | 'elected' | 'lost' | 'resigned' | 'settled'
  token: bigint
  reason?: string | undefined
  /** Of `lost` and `resigned`: what is left until somebody else may lead, by its own clock. */
  leftMs?: number | undefined
}

/**
 * What was done to a process, to the network or to the servers. `killed` and `stopped` are stamped before the signal,
 * `continued` after it. `disturbed`, `fault`, `mended`: anything else that disturbs begins or ends. `drifts`: its clock
 * breaks the margin that the promises rest on. `counted`: when the candidates that should stand, `expected`, were
 * counted. `failed`: its program has ended by an error.
 */
export interface DriverRecord {
  atMs: number
  process: string
  event: 'killed' | 'stopped' | 'continued' | 'drifts' | 'disturbed' | 'fault' | 'mended' | 'failed' | 'counted'
  what?: string | undefined
  expected?: string[] | undefined
}

/** A place in the line as the store holds it. */
export interface Place {
  token: bigint
  /** When it was last written, in the store's history. */
  written: bigint
  process: string
  session: string
}

/**
 * What the store itself saw: its line; a session that ran out, `leftMs` before its holder thought it would; one that
 * would so if no renewal arrived any more (`short`); a guarded write that took effect.
 */
export type StoreRecord =
  | { atMs: number; process: string; event: 'line'; line: Place[]; removed?: bigint | undefined }
  | { atMs: number; process: string; event: 'expired'; session: string; leftMs: number }
  | { atMs: number; process: string; event: 'short'; session: string; leftMs: number }
  | { atMs: number; process: string; event: 'written'; token: bigint }

/** What an observer was shown. */
export interface ObserverRecord {
  atMs: number
  process: string
  event: 'seen'
  line: string
}

/** What something that leaders write to, named by `process`, has taken: a write with this token. Repetitions may be left out. */
export interface ResourceRecord {
  atMs: number
  process: string
  event: 'accepted'
  token: bigint
}

/** One bid of one process: from its first line to its end. */
export interface Bid {
  process: string
  token: bigint
  startMs: number
  electedMs: number | undefined
  /** Infinity: it lived to the end of the history. */
  endMs: number
  reason: string | undefined
  /** Until when nobody else may lead, as it said at its end; `undefined` if it did not, or if its time was over. */
  heldUntilMs: number | undefined
  /** What was left until then, as it said; `undefined` if it did not, or had stood still. */
  leftMs: number | undefined
  /** When its work had come to its end. */
  settledMs: number | undefined
}

/** The share of what a process counts on that passes on any clock: it may run faster or slower than the store's. */
const DRIFT = 0.97

/**
 * The bids of a history. A bid ends with its `lost` or `resigned`, with its process, or, if that was stopped and told
 * of the loss as soon as it could, with the stop: in between nothing of it ran. `wakingMs`: how long after it was
 * continued that may be.
 */
export function bidsOf(history: readonly HistoryRecord[], wakingMs = Infinity): Bid[] {
  const bids: Bid[] = []
  const open = new Map<string, Bid>()
  const ended = new Map<string, Bid>()
  const stopped = new Map<string, { sinceMs: number; continuedMs: number }>()
  const end = (process: string, atMs: number) => {
    const bid = open.get(process)
    const stop = stopped.get(process)
    if (bid) bid.endMs = stop && atMs <= stop.continuedMs + wakingMs ? stop.sinceMs : atMs
    if (bid) ended.set(`${process} ${bid.token}`, bid)
    open.delete(process)
    return bid
  }
  for (const record of inOrder(history)) {
    const { process, atMs } = record
    if (record.event === 'killed') end(process, atMs)
    else if (record.event === 'stopped') {
      stopped.set(process, { sinceMs: atMs, continuedMs: Infinity })
    } else if (record.event === 'continued') {
      const stop = stopped.get(process)
      if (stop) stop.continuedMs = atMs
    } else if (record.event === 'lost' || record.event === 'resigned') {
      const bid = end(process, atMs)
      if (bid) {
        bid.reason = record.reason
        bid.leftMs = bid.endMs === atMs ? record.leftMs : undefined
        bid.heldUntilMs = (record.leftMs ?? 0) > 0 ? atMs + record.leftMs! * DRIFT : undefined
      }
      stopped.delete(process)
    } else if (record.event === 'settled') {
      const bid = ended.get(`${process} ${record.token}`)
      if (bid) bid.settledMs = atMs
    } else if (record.event === 'standby' || record.event === 'elected') {
      let bid = open.get(process)
      if (bid?.token !== record.token) {
        bid = newBid(process, record.token, atMs)
        open.set(process, bid)
        bids.push(bid)
      }
      if (record.event === 'elected') bid.electedMs = atMs
      stopped.delete(process) // it woke in time
    }
  }
  return bids
}

function newBid(process: string, token: bigint, startMs: number): Bid {
  const nothing = undefined
  const later = { electedMs: nothing, reason: nothing, heldUntilMs: nothing, leftMs: nothing, settledMs: nothing }
  return { process, token, startMs, endMs: Infinity, ...later }
}

/** The records by time; of two at one moment, what came first. */
export function inOrder(history: readonly HistoryRecord[]): HistoryRecord[] {
  return [...history].sort((a, b) => a.atMs - b.atMs)
}

const BIGINTS = new Set(['token', 'removed', 'written'])

/** A history as JSON lines. */
export function writeHistory(history: readonly HistoryRecord[]): string {
  const text = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)
  return history.map((record) => JSON.stringify(record, text) + '\n').join('')
}

/** Reads what {@link writeHistory} wrote. */
export function readHistory(lines: string): HistoryRecord[] {
  const value = (name: string, value: unknown) =>
    BIGINTS.has(name) && (typeof value === 'string' || typeof value === 'number') ? BigInt(value) : value
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line, value) as HistoryRecord)
}
