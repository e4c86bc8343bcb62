import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Fault, FAULTS, type Plan, type ProfileName, profiles, simulate } from '../src/index.js'

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom(...FAULTS),
  at: fc.double({ min: 0.2, max: 3, noNaN: true }),
  lasts: fc.double({ min: 0, max: 2.5, noNaN: true }),
  target: fc.nat(63),
  dial: fc.double({ min: 0, max: 1, noNaN: true }),
})

const plan: fc.Arbitrary<Plan> = fc
  .record({
    seed: fc.nat(),
    profile: fc.constantFrom(...(Object.keys(profiles) as ProfileName[])),
    rates: fc.array(fc.double({ min: 0.9905, max: 1.02, noNaN: true }), { minLength: 1, maxLength: 4 }),
    sharedSession: fc.boolean(),
    faults: fc.array(fault, { maxLength: 12 }),
  })
  .map((parts) => ({ ...parts, ttlMs: profiles[parts.profile].ttlsMs[0]! }))

test('no schedule of faults breaks a promise', { timeout: 120_000 }, async () => {
  const holds = fc.asyncProperty(plan, async (each) => {
    expect((await simulate(each)).violations).toEqual([])
  })
  // The time for all of them, not for one: what was found by then is shrunk and told.
  await fc.assert(holds, { numRuns: 800, interruptAfterTimeLimit: 15_000 })
})
