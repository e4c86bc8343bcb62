import type { PromiseName } from '@eldest/simulator'

/** A mutant of the simulator that a storm of real processes catches, too. */
export interface StormMutant {
  name: string
  /** The promise that is seen broken. */
  breaks: PromiseName
}

/** One for each backend's tests, which run beside each other; `npm run e2e -- --mutant` takes any. */
export const STORM_MUTANTS = {
  etcd: { name: 'tells of each predecessor anew', breaks: 'told once' },
  consul: { name: 'takes the token from a counter of its own', breaks: 'rising tokens' },
  zookeeper: { name: 'leads when the predecessor went, without asking again', breaks: 'seniority' },
} as const satisfies Record<string, StormMutant>
