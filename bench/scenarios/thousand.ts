import { connect, type ConsensusStore, Election, SharedSession } from '@eldest/core'
import type { Table } from './table.js'

const ELECTIONS = 1000
const WATCHED_MS = 20_000

/** What it costs one process to lead a thousand elections on one session and do nothing else. */
export async function thousand(url: string): Promise<Table> {
  const store = await connect(url)
  const session = new SharedSession(store, { ttlMs: 15_000 })
  await lead(store, session, 'warm-up')
  collectGarbage()
  const before = process.memoryUsage()
  const startMs = performance.now()
  const leaderships = await Promise.all(
    Array.from({ length: ELECTIONS }, (_, i) => lead(store, session, `election-${i}`)),
  )
  const joinedMs = performance.now() - startMs
  collectGarbage()
  const after = process.memoryUsage()
  const cpu = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS))
  const used = process.cpuUsage(cpu)
  await Promise.all(leaderships.map((leadership) => leadership.resign()))
  await session.close()
  await store.close()
  const heapKib = (after.heapUsed + after.external - before.heapUsed - before.external) / ELECTIONS / 1024
  return {
    title: `${ELECTIONS} elections led by one process on one session`,
    rows: {
      'joining, ms in all': joinedMs,
      'memory, KiB an election': heapKib,
      'idle CPU, % of a core': (100 * (used.user + used.system)) / 1000 / WATCHED_MS,
    },
  }
}

function lead(store: ConsensusStore, session: SharedSession, name: string) {
  return new Election(store, name, { session }).campaign()
}

function collectGarbage(): void {
  if (!globalThis.gc) throw new Error('run with --expose-gc: npm run bench does')
  globalThis.gc()
}
