import { expect } from 'vitest'
import type { ForeignTool } from '../foreign/foreign-tool.js'
import { Seed } from '../seed.js'
import { backend } from '../store-under-test.js'
import { clusterStorm, type ClusterStormReport } from './cluster-storm.js'
import { keepHistory } from './kept-history.js'
import { STORM_TTLS } from './server-cluster.js'
import { failuresOf } from './storm-table.js'

// ELDEST_SEED repeats a run's faults; ELDEST_STORM_SECONDS makes it longer. Longer still: npm run e2e -- --help
const env = process.env
const CANDIDATES = 5

/** A storm of a test run: its seed is in the test's name, and its history is kept when a promise is broken. */
export class StormInCi {
  readonly seed = new Seed(env['ELDEST_SEED'] ? Number(env['ELDEST_SEED']) : undefined)
  readonly seconds: number

  /** How long it takes by default. */
  constructor(seconds: number) {
    this.seconds = Number(env['ELDEST_STORM_SECONDS'] ?? seconds)
  }

  get timeoutMs(): number {
    return this.seconds * 1000 + 300_000
  }

  async run(foreign?: ForeignTool): Promise<ClusterStormReport> {
    const { seed, seconds } = this
    const options = { backend: backend(), seed, ttlMs: STORM_TTLS[backend()], candidates: CANDIDATES, foreign }
    const report = await clusterStorm({ ...options, durationMs: seconds * 1000 })
    const { terms, longestRecoveryMs, boundMs, foreignElections } = report
    const kinds = [...report.faults].map(([kind, count]) => `${count} ${kind}`).join(', ')
    console.log(
      `${backend()}, seed ${seed.value}: ${terms} elections (${foreignElections} of another tool), ${kinds}; longest recovery ${Math.round(longestRecoveryMs)} ms (bound ${Math.round(boundMs)})`,
    )
    const failures = failuresOf(report)
    if (failures.length > 0) {
      const settings = { store: backend(), minutes: seconds / 60, candidates: CANDIDATES, seed: seed.value }
      failures.push(`history: ${keepHistory(report.history, { ...settings, mixed: foreign !== undefined })}`)
    }
    expect(failures).toEqual([])
    expect(terms).toBeGreaterThan(1)
    return report
  }
}
