import { AssertionError } from 'node:assert'
import { isConsensusError } from '@eldest/core'
import { describe, expect, test } from 'vitest'
import { cases, memoryHarness, type MemoryParts, runCase } from '../src/index.js'
import { creationMutants } from './mutants/creation-mutants.js'
import { faultMutants } from './mutants/fault-mutants.js'
import { readMutants } from './mutants/read-mutants.js'
import { sessionMutants } from './mutants/session-mutants.js'
import { watchMutants } from './mutants/watch-mutants.js'
import { writeMutants } from './mutants/write-mutants.js'

const mutants = [
  ...creationMutants,
  ...sessionMutants,
  ...readMutants,
  ...writeMutants,
  ...watchMutants,
  ...faultMutants,
]

// Not every error: a mutant that is broken in itself must not count as caught.
function isFailure(error: unknown): boolean {
  return error instanceof AssertionError || isConsensusError(error)
}

async function run(name: string, parts: MemoryParts): Promise<void> {
  const one = cases.find((candidate) => candidate.name === name)
  if (!one) throw new Error(`there is no case "${name}"`)
  const harness = memoryHarness({ patienceMs: 700, ttlMs: 300, ...parts })
  try {
    await runCase(one, harness)
  } finally {
    await harness.dispose()
  }
}

describe.each(mutants)('a store that $name', ({ caughtBy, parts }) => {
  test.each(caughtBy)('fails: %s', async (name) => {
    const broken = parts()
    await run(name, broken.ttlMs ? { ttlMs: broken.ttlMs } : {})
    await expect(run(name, broken)).rejects.toSatisfy(isFailure)
  })
})

test('every case has a name of its own', () => {
  const names = cases.map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})
