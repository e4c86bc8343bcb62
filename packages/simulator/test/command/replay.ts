import { type ProfileName, type PromiseName, type Shrunk, writeHistory } from '../../src/index.js'
import { loadSimulator } from '../mutants/mutant.js'

/** One seed, or the part of its faults that was found to be enough. */
export interface Replay {
  seed: number
  profile: ProfileName | undefined
  only: readonly number[] | undefined
}

/** Runs one seed and prints its history and what it breaks. */
export async function replay({ seed, profile, only }: Replay): Promise<boolean> {
  const { keepOnly, planOf, simulate } = await loadSimulator()
  const plan = planOf(seed, profile)
  const { history, violations } = await simulate(only ? keepOnly(plan, only) : plan)
  process.stdout.write(writeHistory(history))
  for (const what of violations) console.log(`BROKEN: ${what}`)
  if (violations.length === 0) console.log('no promise was broken')
  return violations.length === 0
}

/** Prints a violation with the shortest history that was found, and how to see it again. */
export function printViolation({ outcome, only }: Shrunk, promise: PromiseName, profile?: ProfileName): void {
  const { plan, history, broken } = outcome
  const faults = plan.faults.map(({ kind, at }) => `${kind} at ${at.toFixed(2)} TTL`).join(', ') || 'none'
  console.log(`\nBROKEN: ${promise}, seed ${plan.seed}, profile ${plan.profile}, faults: ${faults}`)
  for (const violation of broken) console.log(`  ${violation.promise}: ${violation.what}`)
  process.stdout.write(writeHistory(history))
  const named = profile === undefined ? '' : ` --profile ${profile}`
  console.log(`again: npm run simulate -- --seed ${plan.seed}${named} --only ${only.join(',') || "''"}\n`)
}
