import type { Case } from '../case.js'
import { cancellationCases } from './cancellation.js'
import { closingCases } from './closing.js'
import { faultCases } from './faults.js'
import { guardCases } from './guards.js'
import { keyCases } from './keys-and-prefixes.js'
import { misuseCases } from './misuse.js'
import { nothingHiddenCases } from './nothing-hidden.js'
import { oneCandidacyCases } from './one-candidacy.js'
import { orderCases } from './order.js'
import { predecessorCases } from './predecessors.js'
import { readCases } from './reads.js'
import { sessionDeadlineCases } from './session-deadlines.js'
import { sessionCases } from './sessions.js'
import { valueCases } from './values.js'
import { watchPersistenceCases } from './watch-persistence.js'
import { watchCases } from './watches.js'

/** Every guarantee of the contract. */
export const cases: readonly Case[] = [
  ...orderCases,
  ...oneCandidacyCases,
  ...sessionCases,
  ...sessionDeadlineCases,
  ...keyCases,
  ...predecessorCases,
  ...valueCases,
  ...guardCases,
  ...readCases,
  ...watchCases,
  ...watchPersistenceCases,
  ...cancellationCases,
  ...misuseCases,
  ...faultCases,
  ...closingCases,
  ...nothingHiddenCases,
]
