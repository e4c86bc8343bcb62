import type { CrowdKind } from '../crowds/index.js'
import type { Passed } from '../gauge.js'
import { gather } from './gathering.js'
import { Line } from './line.js'

/** Whoever else was woken has asked by then. */
const QUIET_MS = 50
const PATIENCE_MS = 2000
/** So long that neither renewals nor re-lists fall into a hand-over, where the store grants it. */
const TTL_MS = 3_600_000

/**
 * What passes the server from `resign` until the next one leads and nobody asks for anything any more: the least of
 * some rounds, since whatever else falls into one only adds.
 */
export function handOverCost(kind: CrowdKind, size: number, rounds: number, signal?: AbortSignal): Promise<Passed> {
  return gather({ kind, ttlMs: TTL_MS, signal }, async (crowd, gauge) => {
    const line = await Line.form(crowd, size)
    const least: Passed = { requests: Infinity, bytes: Infinity }
    for (let round = 0; round < rounds; round++) {
      signal?.throwIfAborted()
      await gauge.quiet(QUIET_MS, PATIENCE_MS)
      const before = gauge.passed
      await line.handOver()
      await gauge.quiet(QUIET_MS, PATIENCE_MS)
      const { requests, bytes } = gauge.passed
      least.requests = Math.min(least.requests, requests - before.requests)
      least.bytes = Math.min(least.bytes, bytes - before.bytes)
      await line.fill()
    }
    return least
  })
}
