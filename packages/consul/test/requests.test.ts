import { setMaxListeners } from 'node:events'
import { connect, type ConsensusStore } from '@eldest/core'
import { afterAll, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { freshNamespace, variable } from './consul-servers.js'
import { CountingProxy } from './counting-proxy.js'

const PATIENCE_MS = 60_000
const namespace = freshNamespace()
const open: { store: ConsensusStore; proxy: CountingProxy }[] = []

async function client(): Promise<{ store: ConsensusStore; proxy: CountingProxy }> {
  const proxy = await CountingProxy.listen({ host: '127.0.0.1', port: Number(variable('CONSUL_PORT')) })
  const store = await connect(`consul://127.0.0.1:${proxy.port}/${namespace}`, { adapters: [adapter] })
  const one = { store, proxy }
  open.push(one)
  return one
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${PATIENCE_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

afterAll(async () => {
  await Promise.all(open.map(({ store }) => store.close()))
  for (const { proxy } of open) proxy.close()
})

test('a session costs one renewal a third of its TTL, whatever it holds', async () => {
  const { store, proxy } = await client()
  const session = await store.openSession({ ttlMs: 3000 })
  for (let i = 0; i < 20; i++) await session.createOrdered(`line-${i}`, new Uint8Array([1]))
  const before = proxy.requests.length
  await new Promise((resolve) => setTimeout(resolve, 3 * session.ttlMs))
  const sent = proxy.requests.slice(before)
  expect(sent.every((line) => line.startsWith('PUT /v1/session/renew/'))).toBe(true)
  expect(sent.length).toBeGreaterThanOrEqual(8)
  expect(sent.length).toBeLessThanOrEqual(10)
})

test('who watches a key that does not change asks once in ten seconds', async () => {
  const { store, proxy } = await client()
  await store.put('still', new Uint8Array())
  const before = proxy.requests.length
  const stop = new AbortController()
  const states: unknown[] = []
  const watching = (async () => {
    for await (const state of store.watch('still', { signal: stop.signal })) states.push(state?.key)
  })().catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 8000))
  expect(states).toEqual(['still'])
  expect(proxy.requests.length - before).toBeLessThanOrEqual(2)
  stop.abort()
  await watching
})

test('two hundred watched keys take no more than a hundred connections, and each change is told', async () => {
  const { store, proxy } = await client()
  const keys = Array.from({ length: 200 }, (_, i) => `many/${i}`)
  for (const key of keys) await store.put(key, new Uint8Array([1]))
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  const states = new Map<string, number[]>(keys.map((key) => [key, []]))
  const watching = keys.map(async (key) => {
    for await (const state of store.watch(key, { signal: stop.signal })) states.get(key)!.push(state?.value[0] ?? 0)
  })
  const ended = Promise.allSettled(watching)
  const told = (count: number) => [...states.values()].every(({ length }) => length === count)
  await until('all are shown', () => told(1))
  for (const key of keys) await store.put(key, new Uint8Array([2]))
  await until('all changes are told', () => told(2))
  for (const key of keys) await store.delete(key)
  await until('all ends are told', () => told(3))
  expect([...states.values()]).toEqual(keys.map(() => [1, 2, 0]))
  expect(proxy.connections).toBeLessThanOrEqual(100)
  stop.abort()
  await ended
})

test('what is refused, too late or given up leaves no session', async () => {
  const { store, proxy } = await client()
  const count = (kind: string) => proxy.requests.filter((each) => each.startsWith(kind)).length
  const { minTtlMs, maxTtlMs, maxValueBytes } = store.capabilities
  await expect(store.openSession({ ttlMs: minTtlMs - 1 })).rejects.toThrow(RangeError)
  await expect(store.openSession({ ttlMs: maxTtlMs + 1 })).rejects.toThrow(RangeError)
  const givenUp = new AbortController()
  const opening = store.openSession({ ttlMs: 5000, signal: givenUp.signal })
  setTimeout(() => givenUp.abort('enough'), 1)
  const isEnough = (error: unknown) => expect(error).toBe('enough')
  await opening.then((early) => early.close(), isEnough)
  await until('what was given up has ended', () => count('PUT /v1/session/destroy/') === 1)
  const session = await store.openSession({ ttlMs: 5000 })
  const tooLarge = session.createOrdered('line', new Uint8Array(maxValueBytes + 1))
  await expect(tooLarge).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
  await store.close()
  expect(count('PUT /v1/session/create')).toBe(2)
  expect(count('PUT /v1/session/destroy/')).toBe(2)
})
