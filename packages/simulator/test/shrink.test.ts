import { expect, test } from 'vitest'
import { electionMutants } from './mutants/election-mutants.js'
import { loadMutant } from './mutants/mutant.js'

test('a violation is shrunk to the faults that it takes, and is found again from its seed and those', async () => {
  const mutant = electionMutants.find(({ name }) => name === 'watches only the predecessor, not the own key')!
  const { keepOnly, planOf, shrink, simulate, writeHistory } = await loadMutant(mutant)
  for (let seed = 0; ; seed++) {
    const plan = planOf(seed)
    const first = await simulate(plan)
    if (!first.broken.some(({ promise }) => promise === mutant.breaks)) continue
    const { outcome, only } = await shrink(plan, mutant.breaks)
    expect(outcome.broken.map(({ promise }) => promise)).toContain(mutant.breaks)
    expect(outcome.plan.faults.map(({ kind }) => kind)).toEqual(['delete key'])
    const again = await simulate(keepOnly(planOf(seed), only))
    expect(writeHistory(again.history)).toBe(writeHistory(outcome.history))
    return
  }
})
