/** One thing that happened, on the host's monotonic clock, in milliseconds. */
export type HistoryRecord = CandidateRecord | DriverRecord

/** A line that a candidate printed. */
export interface CandidateRecord {
  atMs: number
  /** The process, one name for each start of it. */
  process: string
  event: 'standby' | 'elected' | 'lost' | 'resigned'
  token: bigint
  reason?: string | undefined
}

/**
 * What the driver did to a process. `killed` and `stopped` are stamped before the signal, `continued` after it.
 * `disturbed`: a fault of the network or the servers begins or ends; the process is empty.
 */
export interface DriverRecord {
  atMs: number
  process: string
  event: 'killed' | 'stopped' | 'continued' | 'disturbed'
}

/** One bid of one process: from its first line to its end. */
export interface Bid {
  process: string
  token: bigint
  startMs: number
  electedMs: number | undefined
  /** Infinity: it lived to the end of the history. */
  endMs: number
}

/**
 * The bids of a history. A bid ends with its `lost` or `resigned`, with its process, or, if that was stopped and told
 * of the loss as soon as it could, with the stop: in between nothing of it ran.
 */
export function bidsOf(history: readonly HistoryRecord[]): Bid[] {
  const bids: Bid[] = []
  const open = new Map<string, Bid>()
  const stopped = new Map<string, number>()
  const end = (process: string, atMs: number) => {
    const bid = open.get(process)
    if (bid) bid.endMs = atMs
    open.delete(process)
  }
  for (const record of inOrder(history)) {
    const { process, atMs } = record
    if (record.event === 'killed') end(process, stopped.get(process) ?? atMs)
    else if (record.event === 'stopped') stopped.set(process, atMs)
    else if (record.event === 'lost' || record.event === 'resigned') {
      end(process, stopped.get(process) ?? atMs)
      stopped.delete(process)
    } else if (record.event === 'standby' || record.event === 'elected') {
      let bid = open.get(process)
      if (bid?.token !== record.token) {
        bid = { process, token: record.token, startMs: atMs, electedMs: undefined, endMs: Infinity }
        open.set(process, bid)
        bids.push(bid)
      }
      if (record.event === 'elected') bid.electedMs = atMs
      stopped.delete(process) // it woke in time
    }
  }
  return bids
}

/** The records by time; of two at one moment, what the driver did first. */
export function inOrder(history: readonly HistoryRecord[]): HistoryRecord[] {
  return [...history].sort((a, b) => a.atMs - b.atMs)
}
