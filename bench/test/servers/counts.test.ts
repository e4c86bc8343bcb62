import { readdirSync } from 'node:fs'
import { connect } from '@eldest/core'
import { expect, test } from 'vitest'
import { eldest } from '../../crowds/eldest.js'
import type { Crowd } from '../../crowds/index.js'
import { Gauge } from '../../gauge.js'
import { freshNamespace, gather } from '../../scenarios/gathering.js'
import { handOverCost } from '../../scenarios/hand-over-cost.js'
import { serverOf, type ServerStore, urlOf } from '../../servers.js'
import { BOUNDS } from './bounds.js'

const backend = process.env.ELDEST_BACKEND as ServerStore
const bounds = BOUNDS[backend]
const kind = eldest(backend)
const ELECTIONS = 100
const TTL_MS = 3000
/** Longer than the ten seconds after which a watch may be read again. */
const WATCHED_MS = 12_000
const PATIENCE_MS = 5000
/** What is still being opened asks for something within it. */
const QUIET_MS = 1000

test('a hand-over costs as much with 30 candidates as with 3', async () => {
  const few = await handOverCost({ kind, candidates: 3, rounds: 5 })
  const many = await handOverCost({ kind, candidates: 30, rounds: 5 })
  expect([few.requests, many.requests]).toEqual(bounds.handOver)
  if (bounds.handOverBytesGrow) return
  expect(many.bytes / few.bytes).toBeLessThan(1.1)
})

test('a hundred elections on one session cost its renewals, and few connections', async () => {
  await gather({ kind, ttlMs: TTL_MS }, async (crowd, gauge) => {
    await lead(crowd, ELECTIONS)
    await gauge.quiet(QUIET_MS, PATIENCE_MS)
    const before = gauge.passed
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS))
    const sent = gauge.since(before)
    const [least, most] = bounds.renewals.map((each) => (each * WATCHED_MS) / TTL_MS) as [number, number]
    expect(sent.length, tally(sent)).toBeGreaterThanOrEqual(least)
    expect(sent.length, tally(sent)).toBeLessThanOrEqual(most + bounds.rereads)
    expect(gauge.connections).toBeLessThanOrEqual(bounds.connections)
  })
})

test('each operation is so many requests', async () => {
  const gauge = await Gauge.listen(backend, serverOf(backend))
  const store = await connect(urlOf(backend, gauge.server, freshNamespace()))
  const session = await store.openSession({ ttlMs: 60_000 })
  const sent: Record<string, string[]> = {}
  const count = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = gauge.passed
    const result = await work()
    sent[name] = gauge.since(before)
    return result
  }
  const value = new Uint8Array([1])
  await session.createOrdered('line', value) // makes the folder, where there are folders
  const entry = await count('createOrdered', () => session.createOrdered('line', value))
  await store.predecessor(entry) // learns the ages, where they are not listed
  await count('get', () => store.get(entry.key))
  await count('list of 2', () => store.list('line'))
  await count('predecessor', () => store.predecessor(entry))
  await count('guarded delete', () => store.delete(entry.key, { guard: entry }))
  const guard = await session.createOrdered('line', value)
  await count('guarded put', () => store.put(guard.key, value, { guard }))
  await store.close()
  await gauge.close()
  const counts = Object.fromEntries(Object.entries(sent).map(([name, kinds]) => [name, kinds.length]))
  expect(counts).toEqual(bounds.operations)
})

test('nothing is open any more after a hundred elections', async () => {
  await directly((crowd) => lead(crowd, 1)) // loads the client
  const before = openFiles()
  await directly(leadAtOnce)
  const deadlineMs = performance.now() + PATIENCE_MS
  while (openFiles() > before && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(openFiles()).toBeLessThanOrEqual(before)
})

/** Without proxies, whose own connections would count. */
async function directly(use: (crowd: Crowd) => Promise<void>): Promise<void> {
  const crowd = await kind.open({ server: serverOf(backend), namespace: freshNamespace(), ttlMs: 15_000 })
  await use(crowd)
  await crowd.close()
}

/** One after the other, so that none needs a connection only because another is busy. */
async function lead(crowd: Crowd, elections: number): Promise<void> {
  for (let i = 0; i < elections; i++) {
    const bid = await crowd.stand(`e${i}`, 'me')
    await bid.elected
  }
}

async function leadAtOnce(crowd: Crowd): Promise<void> {
  const standing = Array.from({ length: ELECTIONS }, (_, i) => crowd.stand(`e${i}`, 'me'))
  for (const bid of await Promise.all(standing)) await bid.elected
}

function tally(kinds: string[]): string {
  const names = kinds.map((kind) => kind.replace(/\?.*/, '').replace(/[0-9a-f-]{12,}.*/, '…'))
  return [...new Set(names)].map((name) => `${names.filter((each) => each === name).length} ${name}`).join(', ')
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}
