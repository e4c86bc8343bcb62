import type { Scenario } from '../scenario.js'

/** All of them, in the order in which they are run. */
export const scenarios: readonly Scenario[] = []
