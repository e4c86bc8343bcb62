import { expect, test } from 'vitest'
import { Seed } from '../../src/seed.js'
import { backend } from '../../src/store-under-test.js'
import { clusterStorm } from '../../src/weather/cluster-storm.js'
import { STORM_TTLS } from '../../src/weather/server-cluster.js'

// ELDEST_SEED repeats a run's faults; ELDEST_STORM_SECONDS makes it longer. Longer still: npm run e2e -- --help
const seed = new Seed(process.env['ELDEST_SEED'] ? Number(process.env['ELDEST_SEED']) : undefined)
const seconds = Number(process.env['ELDEST_STORM_SECONDS'] ?? 60)

test(
  `through ${seconds} s of faults of candidates, networks, servers and operators no promise is broken (seed ${seed.value})`,
  { timeout: seconds * 1000 + 300_000 },
  async () => {
    const options = { backend: backend(), seed, ttlMs: STORM_TTLS[backend()], candidates: 5 }
    const report = await clusterStorm({ ...options, durationMs: seconds * 1000 })
    const kinds = [...report.faults].map(([kind, count]) => `${count} ${kind}`).join(', ')
    console.log(
      `${backend()}, seed ${seed.value}: ${report.terms} elections, ${kinds}; longest recovery ${Math.round(report.longestRecoveryMs)} ms (bound ${Math.round(report.boundMs)})`,
    )
    expect(report.violations).toEqual([])
    expect(report).toMatchObject({ leftKeys: 0, writes: { outOfOrder: 0 }, guardedWrites: { outOfOrder: 0 } })
    expect(report.terms).toBeGreaterThan(1)
    expect(report.stderr).not.toMatch(/Unhandled|\n\s+at /)
  },
)
