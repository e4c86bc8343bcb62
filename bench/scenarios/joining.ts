import { type CrowdKind, crowdKinds } from '../crowds/index.js'
import type { Bench, Figure, Row, Scenario } from '../scenario.js'
import { attempt } from './attempt.js'
import { gather } from './gathering.js'
import { Line } from './line.js'

const SIZES = { full: [100, 1000], quick: [100] }
const LIMIT_MS = { full: 60_000, quick: 20_000 }
const TTL_MS = 3_600_000

/** How long it takes until many stand in line. */
export const joining: Scenario = {
  name: 'joining',
  title: 'Joining: many candidates stand in one election',
  about:
    'All candidates in one process on one client, fifty joining at a time, until each of them waits behind somebody. ' +
    'Linear: as many milliseconds for each at 1,000 as at 100.',
  async run(bench) {
    const rows: Row[] = crowdKinds.map(({ store, contender }) => ({ store, contender, figures: {} }))
    for (const size of bench.quick ? SIZES.quick : SIZES.full) {
      for (const [i, kind] of crowdKinds.entries()) {
        bench.signal.throwIfAborted()
        const seconds = await secondsToJoin(kind, size, bench)
        const { figures } = rows[i]!
        figures[`${size}, s`] = seconds
        if (typeof seconds === 'number') figures[`each of ${size}, ms`] = (seconds / size) * 1000
        bench.progress(`${size} on ${kind.store}, ${kind.contender}, seconds: ${seconds}`)
      }
    }
    return rows
  },
}

function secondsToJoin(kind: CrowdKind, size: number, bench: Bench): Promise<Figure> {
  return attempt(bench.quick ? LIMIT_MS.quick : LIMIT_MS.full, bench.signal, (signal) =>
    gather({ kind, ttlMs: TTL_MS, signal }, async (crowd) => {
      const startMs = performance.now()
      await Line.form(crowd, size)
      return (performance.now() - startMs) / 1000
    }),
  )
}
