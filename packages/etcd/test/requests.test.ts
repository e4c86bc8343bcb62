import { setMaxListeners } from 'node:events'
import { connect, type ConsensusStore } from '@eldest/core'
import { afterAll, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { CountingProxy } from './counting-proxy.js'
import { freshNamespace, variable } from './etcd-servers.js'

const PATIENCE_MS = 60_000
const namespace = freshNamespace()
const open: { store: ConsensusStore; proxy: CountingProxy }[] = []

async function client(): Promise<{ store: ConsensusStore; proxy: CountingProxy }> {
  const proxy = await CountingProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
  const store = await connect(`etcd://127.0.0.1:${proxy.port}/${namespace}`, { adapters: [adapter] })
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

test('a session costs one renewal and one confirming read a third of its TTL, whatever it holds', async () => {
  const { store, proxy } = await client()
  const session = await store.openSession({ ttlMs: 3000 })
  for (let i = 0; i < 20; i++) await session.createOrdered(`line-${i}`, new Uint8Array([1]))
  const before = proxy.requests.length
  await new Promise((resolve) => setTimeout(resolve, 3 * session.ttlMs))
  const sent = proxy.requests.slice(before)
  const renewals = sent.filter((method) => method === 'LeaseKeepAlive')
  expect(renewals.length).toBeGreaterThanOrEqual(8)
  expect(renewals.length).toBeLessThanOrEqual(10)
  const reads = sent.filter((method) => method === 'Range')
  expect(renewals.length + reads.length).toBe(sent.length)
  expect(Math.abs(renewals.length - reads.length)).toBeLessThanOrEqual(1)
})

test('who watches a key that does not change asks nothing', async () => {
  const { store, proxy } = await client()
  await store.put('still', new Uint8Array())
  const stop = new AbortController()
  const states: unknown[] = []
  const watching = (async () => {
    for await (const state of store.watch('still', { signal: stop.signal })) states.push(state?.key)
  })().catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const before = proxy.requests.length
  await new Promise((resolve) => setTimeout(resolve, 8000))
  expect(states).toEqual(['still'])
  expect(proxy.requests.slice(before)).toEqual([])
  stop.abort()
  await watching
})

test('all watches share one stream, and each is told of its own key', async () => {
  const { store, proxy } = await client()
  const keys = Array.from({ length: 300 }, (_, i) => `many/${i}`)
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
  await until('all have begun', () => proxy.requests.filter((method) => method === 'Watch').length === keys.length)
  const before = proxy.requests.length
  for (const key of keys) await store.put(key, new Uint8Array([2]))
  for (const key of keys) await store.delete(key)
  await until('all changes are told', () => told(3))
  expect([...states.values()]).toEqual(keys.map(() => [1, 2, 0]))
  expect(proxy.requests.slice(before).filter((method) => method === 'Range')).toEqual([])
  expect(proxy.streams.filter((method) => method === 'Watch')).toHaveLength(1)
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
  await until('what was given up has ended', () => count('LeaseRevoke') === 2)
  const session = await store.openSession({ ttlMs: 5000 })
  const tooLarge = session.createOrdered('line', new Uint8Array(maxValueBytes + 1))
  await expect(tooLarge).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
  await store.close()
  expect(count('LeaseGrant')).toBe(3) // with the one by which the shortest is found
  expect(count('LeaseRevoke')).toBe(3)
})

test('the connection stays when a watch is left', async () => {
  const { store, proxy } = await client()
  await store.put('left', new Uint8Array())
  const before = proxy.connections
  for (let i = 0; i < 5; i++) {
    for await (const state of store.watch('left')) {
      expect(state?.key).toBe('left')
      await new Promise((resolve) => setTimeout(resolve, 100)) // the watch at the server is open
      break
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    await store.get('left')
  }
  expect(proxy.connections).toBe(before)
})

test('the connection stays when a request is given up', async () => {
  const { store, proxy } = await client()
  const entry = await store.put('given-up', new Uint8Array())
  const states: unknown[] = []
  const stop = new AbortController()
  const watching = (async () => {
    for await (const state of store.watch('given-up', { signal: stop.signal })) states.push(state?.modRevision)
  })().catch(() => undefined)
  await until('the watch is open', () => proxy.requests.includes('Watch'))
  const before = proxy.connections
  for (let i = 0; i < 5; i++) {
    const givenUp = new AbortController()
    const reading = store.get('given-up', { signal: givenUp.signal })
    setImmediate(() => givenUp.abort('enough'))
    await reading.then(
      () => undefined, // it was faster
      (error: unknown) => expect(error).toBe('enough'),
    )
    await store.get('given-up')
  }
  // gRPC lets go of connections that nobody holds every ten seconds.
  await new Promise((resolve) => setTimeout(resolve, 12_000))
  const written = await store.put('given-up', new Uint8Array([1]))
  await until('the change is told', () => states.length === 2)
  expect(states).toEqual([entry.modRevision, written.modRevision])
  expect(proxy.connections).toBe(before)
  expect(proxy.streams.filter((method) => method === 'Watch')).toHaveLength(1)
  stop.abort()
  await watching
})
