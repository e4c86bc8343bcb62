import { expect, test } from 'vitest'
import { judgedSoFar } from '../../src/judged-so-far.js'
import { mutantProgram } from '../../src/mutant-program.js'
import { Seed } from '../../src/seed.js'
import { STORM_MUTANTS } from '../../src/storm-mutants.js'
import { backend } from '../../src/store-under-test.js'
import { clusterStorm } from '../../src/weather/cluster-storm.js'
import { STORM_TTLS } from '../../src/weather/server-cluster.js'

const LONGEST_MS = 180_000
const mutant = STORM_MUTANTS[backend()]

// Would the storm see it? One on each backend; test/servers/mutants.test.ts aims at more.
test(`the storm catches an election that ${mutant.name}`, { timeout: LONGEST_MS + 200_000 }, async () => {
  const { programs, remove } = await mutantProgram(mutant.name)
  try {
    const { broken, terms } = await clusterStorm({
      backend: backend(),
      seed: new Seed(),
      ttlMs: STORM_TTLS[backend()],
      candidates: 5,
      durationMs: LONGEST_MS,
      programs,
      isEnough: (history) => judgedSoFar(history).some(({ promise }) => promise === mutant.breaks),
    })
    const caught = broken.find(({ promise }) => promise === mutant.breaks)
    console.log(`${mutant.name}: after ${terms} elections, ${caught?.what}`)
    expect(caught).toBeDefined()
  } finally {
    await remove()
  }
})
