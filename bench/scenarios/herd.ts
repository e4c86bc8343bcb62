import { crowdKinds } from '../crowds/index.js'
import type { Row, Scenario } from '../scenario.js'
import { attempt, isFailed } from './attempt.js'
import { handOverCost } from './hand-over-cost.js'

const SIZES = { full: [10, 100, 1000], quick: [10, 100] }
const ROUNDS = { full: 5, quick: 2 }
/** Joining included. */
const LIMIT_MS = { full: 60_000, quick: 20_000 }

/** What a hand-over costs the server when many stand in line. */
export const herd: Scenario = {
  name: 'herd',
  title: 'Herd: what one hand-over costs the server',
  about:
    'One election, all candidates in one process on one client and, where it can be shared, one session. Requests and ' +
    'bytes (both directions) at the server from `resign` until the next one leads and nobody asks for anything any ' +
    'more; medians of several hand-overs.',
  async run(bench) {
    const rows: Row[] = crowdKinds.map(({ store, contender }) => ({ store, contender, figures: {} }))
    const { sizes, rounds, limitMs } = bench.quick
      ? { sizes: SIZES.quick, rounds: ROUNDS.quick, limitMs: LIMIT_MS.quick }
      : { sizes: SIZES.full, rounds: ROUNDS.full, limitMs: LIMIT_MS.full }
    for (const size of sizes) {
      for (const [i, kind] of crowdKinds.entries()) {
        bench.signal.throwIfAborted()
        const cost = await attempt(limitMs, bench.signal, (signal) =>
          handOverCost({ kind, candidates: size, rounds, signal }),
        )
        const { figures } = rows[i]!
        figures[`requests at ${size}`] = isFailed(cost) ? cost : cost.requests
        if (!isFailed(cost)) figures[`KiB at ${size}`] = cost.bytes / 1024
        bench.progress(`${size} on ${kind.store}, ${kind.contender}: ${isFailed(cost) ? cost : JSON.stringify(cost)}`)
      }
    }
    return rows
  },
}
