import { connect, worstCaseFailoverMs } from '@eldest/core'
import { expect, test } from 'vitest'
import { Seed } from '../../src/seed.js'
import { storeUnderTest } from '../../src/store-under-test.js'
import { storm } from '../../src/storm.js'

// ELDEST_SEED repeats a run's choices; the timing of the processes is their own.
const seed = new Seed(process.env['ELDEST_SEED'] ? Number(process.env['ELDEST_SEED']) : undefined)
const seconds = Number(process.env['ELDEST_STORM_SECONDS'] ?? 60)
/** By how much a busy machine may be late beside the computed bound. */
const BUSY_MS = 3000

test(`for ${seconds} s of kills and stops there is never a second leader, and soon a first one (seed ${seed.value})`, async () => {
  const { url, ttlMs, dispose } = await storeUnderTest()
  const store = await connect(url)
  const boundMs = worstCaseFailoverMs(store.capabilities, ttlMs)
  await store.close()
  try {
    const { violations, terms, longestRecoveryMs, faults, stderr } = await storm({
      store: url,
      seed,
      ttlMs,
      recoveryMs: boundMs + BUSY_MS,
      durationMs: seconds * 1000,
      candidates: 5,
    })
    console.log(
      `seed ${seed.value}: ${terms} terms, faults ${JSON.stringify(faults)}, longest recovery ${longestRecoveryMs.toFixed(0)} ms (bound ${boundMs.toFixed(0)})`,
    )
    expect(violations).toEqual([])
    expect(terms).toBeGreaterThan(1)
    expect(stderr).not.toMatch(/Unhandled|\n\s+at /)
  } finally {
    await dispose()
  }
})
