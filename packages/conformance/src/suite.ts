import { freshName } from '@eldest/core/adapter'
import type { Case } from './case.js'
import { cases } from './cases/index.js'
import type { Connection, Harness } from './harness.js'

/** What {@link conformance} takes. */
export interface ConformanceOptions {
  /** Registers one test: the function of that name of vitest, node:test or mocha. */
  test: (name: string, run: () => Promise<void>) => unknown
  harness: Harness
}

/** Longer than any pause of a busy machine, within the bounds of every store. */
const STEADY_TTL_MS = 10_000

/** Registers one test for every guarantee of the contract. The caller disposes of the harness after the last one. */
export function conformance({ test, harness }: ConformanceOptions): void {
  for (const one of cases) test(one.name, () => runCase(one, harness))
}

/** Runs one case under a prefix of its own and closes its connections, also when it fails. */
export async function runCase(one: Case, harness: Harness): Promise<void> {
  const connections: Connection[] = []
  try {
    await one.run({
      ttlMs: harness.ttlMs,
      steadyTtlMs: Math.max(harness.ttlMs, STEADY_TTL_MS),
      patienceMs: harness.patienceMs ?? 5000,
      prefix: `conformance-${freshName()}`,
      connect: async () => {
        const connection = await harness.connect()
        connections.push(connection)
        return connection
      },
      endSession: (id) => harness.endSession(id),
    })
  } finally {
    // Not awaited one by one: the sessions of several connections may all have to run out.
    await Promise.allSettled(connections.map((connection) => closeHealed(connection)))
  }
}

async function closeHealed(connection: Connection): Promise<void> {
  await connection.heal()
  await connection.store.close()
}
