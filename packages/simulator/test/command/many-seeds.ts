import type { ProfileName } from '../../src/index.js'
import { loadSimulator } from '../mutants/mutant.js'
import { printViolation } from './replay.js'

/** How many seeds are run. */
export interface ManySeeds {
  from: number
  seeds: number
  profile: ProfileName | undefined
  /** The count as one line of JSON. */
  json: boolean
}

/** Violations that are shrunk and printed; more of them are only counted. */
const MOST_PRINTED = 3

/** Runs seed after seed, tells how far it is, and counts. Ctrl-C ends it with the count so far. */
export async function manySeeds({ from, seeds, profile, json }: ManySeeds): Promise<boolean> {
  const { planOf, shrink, simulate } = await loadSimulator()
  const stop = new AbortController()
  const onInterrupt = () => stop.abort()
  process.once('SIGINT', onInterrupt)
  const startedMs = performance.now()
  const count = { seeds: 0, violations: 0, elections: 0, happened: 0, virtualHours: 0 }
  let toldMs = startedMs
  for (let seed = from; seed < from + seeds && !stop.signal.aborted; seed++) {
    const outcome = await simulate(planOf(seed, profile))
    count.seeds++
    count.elections += outcome.terms
    count.happened += outcome.happened
    count.virtualHours += outcome.lastedMs / 3_600_000
    const [violation] = outcome.broken
    if (violation) {
      count.violations++
      if (count.violations <= MOST_PRINTED) {
        printViolation(await shrink(outcome.plan, violation.promise), violation.promise, profile)
      }
    }
    const nowMs = performance.now()
    if (nowMs - toldMs < 2000) continue
    toldMs = nowMs
    const perSecond = Math.round((count.seeds / (nowMs - startedMs)) * 1000)
    process.stderr.write(`${count.seeds} of ${seeds} seeds, ${perSecond}/s, ${count.violations} violations\n`)
  }
  process.off('SIGINT', onInterrupt)
  const seconds = (performance.now() - startedMs) / 1000
  const total = {
    ...count,
    virtualHours: Math.round(count.virtualHours),
    seconds: Math.round(seconds * 10) / 10,
    seedsPerSecond: Math.round(count.seeds / seconds),
  }
  if (json) console.log(JSON.stringify(total))
  else {
    const { elections, happened, virtualHours, seedsPerSecond } = total
    console.log(
      `${total.seeds} seeds in ${total.seconds} s (${seedsPerSecond}/s): ${elections} elections, ${happened} events, ` +
        `${virtualHours} h of virtual time, ${total.violations} violations`,
    )
  }
  return count.violations === 0 && !stop.signal.aborted
}
