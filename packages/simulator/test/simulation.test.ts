import { describe, expect, test } from 'vitest'
import { planOf, type ProfileName, profiles, simulate, writeHistory } from '../src/index.js'

const names = Object.keys(profiles) as ProfileName[]

/** How long the seeds of one profile are run: together less than a minute. */
const PROFILE_MS = 5000
const MOST_SEEDS = 2000

describe('the election and the session as they are', () => {
  test.each(names)('break no promise on %s', async (name) => {
    const startedMs = performance.now()
    const broken: string[] = []
    let terms = 0
    let seed = 0
    for (; seed < MOST_SEEDS && performance.now() - startedMs < PROFILE_MS; seed++) {
      const outcome = await simulate(planOf(seed, name))
      terms += outcome.terms
      broken.push(...outcome.violations.map((what) => `${what}: npm run simulate -- --profile ${name} --seed ${seed}`))
    }
    expect(broken).toEqual([])
    expect(terms).toBeGreaterThan(seed)
  })
})

test.each(names)('the same seed gives the same history on %s, byte for byte', async (name) => {
  for (let seed = 0; seed < 5; seed++) {
    const [one, other] = [await simulate(planOf(seed, name)), await simulate(planOf(seed, name))]
    expect(writeHistory(other.history)).toBe(writeHistory(one.history))
    expect(other.happened).toBe(one.happened)
  }
})

test('another seed gives another history', async () => {
  const [one, other] = [await simulate(planOf(1, 'strict')), await simulate(planOf(2, 'strict'))]
  expect(writeHistory(other.history)).not.toBe(writeHistory(one.history))
})
