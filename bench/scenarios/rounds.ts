import type { Contender } from '../contenders/contender.js'
import { type Duel, type DuelOptions, openDuel } from '../contenders/duel.js'
import type { Ground } from '../contenders/ground.js'
import { pause } from '../contenders/monotonic-clock.js'
import type { Bench } from '../scenario.js'

/** Between one contender's fault and the next one's. */
const STAGGER_MS = 150
/** From the last start until the first fault: the machine comes to rest. */
const REST_MS = 1000

/** What is done to every contender in each round. */
export interface Rounds<T> {
  rounds: number
  ttlMs: (contender: Contender) => number
  /** How the leader reaches the store, if not directly. */
  leaderAddress?: (contender: Contender) => Promise<string>
  /** The successor stands behind the leader. */
  measure: (duel: Duel) => Promise<T>
}

/** What a contender's rounds have given. */
export interface Measured<T> {
  contender: Contender
  ttlMs: number
  results: T[]
}

/**
 * Rounds of all contenders at the same time, since they mostly wait: all are set up, then each has its fault, a moment
 * after the one before. Whoever has a TTL of its own, a long one, has one round only, beside all those of the others.
 * A contender that fails is named, and has no further rounds.
 */
export async function inRounds<T>(bench: Bench, ground: Ground, options: Rounds<T>): Promise<Measured<T>[]> {
  const measured = ground.contenders.map((contender) => ({
    contender,
    ttlMs: contender.ownTtlMs ?? options.ttlMs(contender),
    results: [] as T[],
  }))
  const slow: Promise<void>[] = []
  for (let round = 0; round < options.rounds; round++) {
    bench.progress(`round ${round + 1} of ${options.rounds}`)
    const inRound = measured.filter(({ contender }) => round === 0 || contender.ownTtlMs === undefined)
    const duels = new Map<Contender, Duel>()
    const setUps = inRound.map(({ contender, ttlMs }) =>
      ground.attempt(contender, async () => {
        const leaderAddress = await options.leaderAddress?.(contender)
        const path: DuelOptions = { ttlMs, ...(leaderAddress !== undefined && { leaderAddress }) }
        const duel = await openDuel(ground, contender, path)
        await duel.successor.campaign()
        duels.set(contender, duel)
      }),
    )
    await Promise.all(setUps)
    await pause(REST_MS)
    const faults = inRound.map(({ contender, results }, i) => {
      const work = ground.attempt(contender, async () => {
        await pause(i * STAGGER_MS)
        const duel = duels.get(contender)
        if (!duel) return
        results.push(await options.measure(duel))
        await duel.end()
      })
      if (contender.ownTtlMs === undefined) return work
      slow.push(work)
      return Promise.resolve()
    })
    await Promise.all(faults)
  }
  bench.progress(slow.length > 0 ? 'waiting for those with a long TTL of their own' : 'done')
  await Promise.all(slow)
  return measured.filter(({ results }) => results.length > 0)
}
