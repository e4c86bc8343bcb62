import type { Scenario } from '../scenario.js'
import { crash } from './crash.js'
import { handover } from './handover.js'
import { herd } from './herd.js'
import { joining } from './joining.js'
import { observers } from './observers.js'
import { overhead } from './overhead/overhead.js'
import { silence } from './silence.js'
import { start } from './start/start.js'
import { steady } from './steady/steady.js'
import { stopped } from './stopped.js'

/** All of them, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [
  handover,
  crash,
  silence,
  stopped,
  herd,
  joining,
  steady,
  observers,
  overhead,
  start,
]
