import type { CrowdKind } from '../crowds/index.js'
import type { Passed } from '../gauge.js'
import { median } from '../report/spread.js'
import { gather } from './gathering.js'
import { Line } from './line.js'

/** Whoever else was woken has asked by then. */
const QUIET_MS = 200
const PATIENCE_MS = 2000
/** So long that neither renewals nor re-lists fall into a hand-over, where the store grants it. */
const TTL_MS = 3_600_000

/** What a hand-over is measured with. */
export interface HandOvers {
  kind: CrowdKind
  candidates: number
  rounds: number
  signal?: AbortSignal
}

/**
 * What passes the server from `resign` until the next one leads and nobody asks for anything any more: the medians of
 * some rounds, as a heartbeat may fall into one of them.
 */
export function handOverCost({ kind, candidates, rounds, signal }: HandOvers): Promise<Passed> {
  return gather({ kind, ttlMs: TTL_MS, signal }, async (crowd, gauge) => {
    const line = await Line.form(crowd, candidates)
    const costs: Passed[] = []
    for (let round = 0; round < rounds; round++) {
      signal?.throwIfAborted()
      await gauge.quiet(QUIET_MS, PATIENCE_MS)
      const before = gauge.passed
      await line.handOver()
      await gauge.quiet(QUIET_MS, PATIENCE_MS)
      const { requests, bytes } = gauge.passed
      costs.push({ requests: requests - before.requests, bytes: bytes - before.bytes })
      await line.fill()
    }
    return {
      requests: median(costs.map(({ requests }) => requests)),
      bytes: median(costs.map(({ bytes }) => bytes)),
    }
  })
}
