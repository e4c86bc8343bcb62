import type { Cancellable } from '@eldest/core'
import { abortable, freshName } from '@eldest/core/adapter'
import type { Case } from './case.js'
import { CaseConnections } from './case-connections.js'
import { cases } from './cases/index.js'
import type { Harness } from './harness.js'

/** What {@link conformance} takes. */
export interface ConformanceOptions {
  /** Registers one test: the function of that name of vitest, node:test or mocha. */
  test: Register
  /** Registers a test that may run beside others, such as `test.concurrent` of vitest. Default: as `test`. */
  concurrent?: Register
  harness: Harness
}

type Register = (name: string, run: () => Promise<void>) => unknown

/** Longer than any pause of a busy machine, within the bounds of every store. */
const STEADY_TTL_MS = 10_000

/** Registers one test for every guarantee of the contract. The caller disposes of the harness after the last one. */
export function conformance({ test, concurrent = test, harness }: ConformanceOptions): void {
  for (const one of cases) {
    const register = one.alone ? test : concurrent
    register(one.name, () => runCase(one, harness))
  }
}

/**
 * Runs one case under a prefix of its own, which begins with `conformance-`. When it is over, also when it failed, its
 * connections are closed and what it has put is removed.
 *
 * Cancellation: gives the case up; rejects with the signal's reason once everything is closed.
 */
export async function runCase(one: Case, harness: Harness, { signal }: Cancellable = {}): Promise<void> {
  signal?.throwIfAborted()
  const steadyTtlMs = Math.max(harness.ttlMs, STEADY_TTL_MS)
  const patienceMs = harness.patienceMs ?? 5000
  const prefix = `conformance-${freshName()}`
  const connections = new CaseConnections(harness, { prefix, limitMs: steadyTtlMs + patienceMs })
  const run = one.run({
    ttlMs: harness.ttlMs,
    steadyTtlMs,
    patienceMs,
    prefix,
    connect: () => connections.connect(),
    endSession: (id) => harness.endSession(id),
  })
  try {
    await abortable(run, signal)
  } finally {
    await connections.close()
  }
}
