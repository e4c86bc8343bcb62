import type { Scenario } from '../scenario.js'
import { herd } from './herd.js'
import { joining } from './joining.js'
import { observers } from './observers.js'
import { overhead } from './overhead/overhead.js'
import { start } from './start/start.js'
import { steady } from './steady/steady.js'

/** All of them, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [herd, joining, steady, observers, overhead, start]
