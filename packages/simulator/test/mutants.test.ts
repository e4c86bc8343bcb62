import { describe, expect, test } from 'vitest'
import { electionMutants } from './mutants/election-mutants.js'
import { hunt } from './mutants/mutant.js'
import { sessionMutants } from './mutants/session-mutants.js'

const MOST_SEEDS = 3000

describe('a fault in the election or in the session is found, by the promise that it breaks', () => {
  test.each([...electionMutants, ...sessionMutants])('one that $name', { timeout: 120_000 }, async (mutant) => {
    expect(await hunt(mutant, MOST_SEEDS), `not found within ${MOST_SEEDS} seeds`).toBeDefined()
  })
})
