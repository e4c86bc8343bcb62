import type { PromiseName } from '../judge/story.js'
import type { Plan } from './plan.js'
import { type Outcome, simulate } from './simulation.js'

/** The smallest plan found that breaks the same promise, and what came of it. */
export interface Shrunk {
  outcome: Outcome
  /** Which faults of the first plan are left, by their places in it. */
  only: number[]
}

/** Leaves out one fault after the other, for as long as the promise is still broken: its history is the shortest. */
export async function shrink(plan: Plan, promise: PromiseName): Promise<Shrunk> {
  const breaks = ({ broken }: Outcome) => broken.some((violation) => violation.promise === promise)
  let only = plan.faults.map((_, place) => place)
  let outcome = await simulate(plan)
  for (let again = true; again;) {
    again = false
    for (const left of only) {
      const fewer = only.filter((place) => place !== left)
      const smaller = await simulate(keepOnly(plan, fewer))
      if (!breaks(smaller)) continue
      only = fewer
      outcome = smaller
      again = true
    }
  }
  return { outcome, only }
}

/** The plan with these of its faults, by their places. */
export function keepOnly(plan: Plan, places: readonly number[]): Plan {
  return { ...plan, faults: plan.faults.filter((_, place) => places.includes(place)) }
}
