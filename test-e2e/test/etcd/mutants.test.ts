import { expect, test } from 'vitest'
import { breaks, mutantCommand, STORM_MUTANTS } from '../../src/mutant-command.js'
import { Seed } from '../../src/seed.js'
import { clusterStorm } from '../../src/weather/cluster-storm.js'
import { STORM_TTLS } from '../../src/weather/server-cluster.js'

const LONGEST_MS = 150_000

// Would the storm see it? Each is the command with one deliberate fault.
test.each(STORM_MUTANTS)('the storm catches an election that $name', { timeout: 300_000 }, async (mutant) => {
  const { main, remove } = await mutantCommand(mutant.name)
  try {
    const { broken, terms } = await clusterStorm({
      backend: 'etcd',
      seed: new Seed(),
      ttlMs: STORM_TTLS.etcd,
      candidates: 5,
      durationMs: LONGEST_MS,
      command: main,
      isEnough: (history) => breaks(history, mutant.breaks),
    })
    const caught = broken.find(({ promise }) => promise === mutant.breaks)
    console.log(`${mutant.name}: after ${terms} elections, ${caught?.what}`)
    expect(caught).toBeDefined()
  } finally {
    await remove()
  }
})
