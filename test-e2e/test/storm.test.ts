import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Seed } from '../src/seed.js'
import { storm } from '../src/storm.js'

// ELDEST_SEED repeats a run's choices; the timing of the processes is their own.
const seed = new Seed(process.env['ELDEST_SEED'] ? Number(process.env['ELDEST_SEED']) : undefined)
const seconds = Number(process.env['ELDEST_STORM_SECONDS'] ?? 60)

test(`for ${seconds} s of kills and stops there is never a second leader, and soon a first one (seed ${seed.value})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'eldest-storm-'))
  try {
    const store = `local:${join(folder, 'store.lmdb')}`
    const { violations, terms, longestRecoveryMs, faults, stderr } = await storm({
      store,
      seed,
      ttlMs: 1000,
      durationMs: seconds * 1000,
      candidates: 5,
    })
    console.log(
      `seed ${seed.value}: ${terms} terms, faults ${JSON.stringify(faults)}, longest recovery ${longestRecoveryMs.toFixed(0)} ms`,
    )
    expect(violations).toEqual([])
    expect(terms).toBeGreaterThan(1)
    expect(stderr).not.toMatch(/Unhandled|\n\s+at /)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
