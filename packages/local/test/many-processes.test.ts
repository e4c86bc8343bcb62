import { join } from 'node:path'
import { isConsensusError } from '@eldest/core'
import { expect, onTestFinished, test } from 'vitest'
import { LocalStore } from '../src/index.js'
import { scratch, until, Worker } from './processes.js'

async function openStore(path = join(scratch(), 'store')): Promise<LocalStore> {
  const store = await LocalStore.open(path)
  onTestFinished(() => store.close())
  return store
}

test(
  'processes that create at the same time lose nothing, and no revision is given out twice',
  { timeout: 60_000 },
  async () => {
    const path = join(scratch(), 'store')
    const workers = Array.from({ length: 4 }, () => new Worker(path, 'create', { argument: '250' }))
    const startedMs = performance.now()
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual([0, 0, 0, 0])
    console.log(
      `4 processes: ${Math.round((1000 / (performance.now() - startedMs)) * 1000)} creations a second, starts included`,
    )
    const created = workers.flatMap((worker) => worker.messages.filter((message) => message.key))
    const store = await openStore(path)
    const entries = await store.list('many')
    expect(entries).toHaveLength(1000)
    expect(new Set(entries.map((entry) => entry.createRevision)).size).toBe(1000)
    const revisions = new Map(entries.map((entry) => [entry.key, String(entry.createRevision)]))
    for (const { key, createRevision } of created) expect(revisions.get(key as string)).toBe(createRevision)
  },
)

test('processes that open and close while another one writes cost it no acknowledged write', async () => {
  const path = join(scratch(), 'store')
  const store = await openStore(path)
  const workers = Array.from({ length: 3 }, () => new Worker(path, 'reopen', { argument: '60' }))
  const state = { working: true }
  const ended = Promise.all(workers.map((worker) => worker.ended)).finally(() => (state.working = false))
  let last = 0n
  while (state.working) {
    const { modRevision } = await store.put('counter', new Uint8Array([1]))
    expect(modRevision).toBe(last + 1n)
    last = modRevision
  }
  expect(await ended).toEqual([0, 0, 0])
})

test(
  'of writers that are killed no acknowledged write is lost, and the others go on',
  { timeout: 60_000 },
  async () => {
    const path = join(scratch(), 'store')
    const store = await openStore(path)
    const acknowledged: string[] = []
    const generation = async () => {
      const worker = new Worker(path, 'create')
      await worker.reports(1 + Math.floor(Math.random() * 40))
      worker.kill('SIGKILL')
      expect(await worker.ended).toBe('SIGKILL')
      acknowledged.push(...worker.messages.map((message) => message.key as string))
    }
    const line = async () => {
      for (let i = 0; i < 6; i++) await generation()
    }
    await Promise.all([line(), line(), line()])
    const entries = await store.list('many')
    const keys = new Set(entries.map((entry) => entry.key))
    expect(acknowledged.filter((key) => !keys.has(key))).toEqual([])
    // One write a process may have taken effect without the word of it having got out.
    expect(entries.length - new Set(acknowledged).size).toBeLessThanOrEqual(18)
  },
)

test(
  'a process that is stopped holds up nobody, loses its session, and learns of it when it wakes',
  { timeout: 30_000 },
  async () => {
    const path = join(scratch(), 'store')
    const store = await openStore(path)
    const worker = new Worker(path, 'hold', { argument: '600' })
    await worker.reports(1)
    const key = worker.messages[0]!.key as string
    worker.kill('SIGSTOP')
    await store.put('meanwhile', new Uint8Array([1]))
    expect(await store.get(key)).toBeDefined()
    for await (const entry of store.watch(key)) if (!entry) break
    worker.kill('SIGCONT')
    await worker.reports(2)
    expect(worker.messages[1]).toEqual({ ended: 'SESSION_LOST', remainingMs: 0 })
    expect(await worker.ended).toBe(0)
  },
)

test("a process that is stopped with the lock in its hand ends nobody else's session, and blocks no event loop", async () => {
  const path = join(scratch(), 'store')
  const store = await openStore(path)
  const session = await store.openSession({ ttlMs: 500 })
  const { key } = await session.createOrdered('held', new Uint8Array([1]))
  const worker = new Worker(path, 'block')
  await until(() => worker.stderr === 'blocking')
  const written = store.put('news', new Uint8Array([1])).catch((error: unknown) => error)
  await new Promise((resolve) => setTimeout(resolve, 1500)) // three TTLs
  expect(session.ended.aborted).toBe(false)
  expect(await store.get(key)).toBeDefined()
  expect(isConsensusError(await written, 'OUTCOME_UNKNOWN')).toBe(true)
  worker.kill('SIGKILL')
  await worker.ended
  await until(() =>
    store.put('news', new Uint8Array([2])).then(
      () => true,
      () => false,
    ),
  )
  expect(session.ended.aborted).toBe(false)
})

test('the entries of a killed process are gone after its TTL, whoever looks first', { timeout: 30_000 }, async () => {
  const path = join(scratch(), 'store')
  const store = await openStore(path)
  const worker = new Worker(path, 'hold', { argument: '500' })
  await worker.reports(1)
  worker.kill('SIGKILL')
  await until(async () => (await store.list('held')).length === 0, 5_000)
})

test('a change is seen by another process', { timeout: 30_000 }, async () => {
  const path = join(scratch(), 'store')
  const store = await openStore(path)
  const watcher = new Worker(path, 'watch', { argument: 'news' })
  await watcher.reports(1)
  const latenciesMs: number[] = []
  for (let i = 2; i < 52; i++) {
    await store.put('news', new Uint8Array([i]))
    const writtenNs = process.hrtime.bigint()
    await watcher.reports(i)
    latenciesMs.push(Number(BigInt(watcher.messages.at(-1)!.atNs as string) - writtenNs) / 1e6)
  }
  latenciesMs.sort((a, b) => a - b)
  console.log(
    `seen by another process: median ${latenciesMs[25]!.toFixed(2)} ms, worst ${latenciesMs[49]!.toFixed(2)} ms`,
  )
})

test('a process ends by itself after close, with watches left behind', { timeout: 30_000 }, async () => {
  const worker = new Worker(join(scratch(), 'store'), 'leave')
  expect(await worker.ended).toBe(0)
  expect(worker.messages).toEqual([{ done: true }])
  expect(worker.stderr).toBe('')
})
