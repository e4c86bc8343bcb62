import { connect, type ConsensusStore } from '@eldest/core'
import { afterAll, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { CountingProxy } from './counting-proxy.js'
import { freshNamespace, variable } from './zookeeper-servers.js'

const PATIENCE_MS = 60_000
const namespace = freshNamespace()
const open: { store: ConsensusStore; proxy: CountingProxy }[] = []

async function client(): Promise<{ store: ConsensusStore; proxy: CountingProxy }> {
  const proxy = await CountingProxy.listen({ host: '127.0.0.1', port: Number(variable('ZOOKEEPER_PORT')) })
  const store = await connect(`zookeeper://127.0.0.1:${proxy.port}/${namespace}`, { adapters: [adapter] })
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

/** All but the client's own pings, and the ends of sessions. */
function asked({ proxy }: { proxy: CountingProxy }): string[] {
  return proxy.requests.filter((kind) => kind !== 'ping' && !kind.endsWith('Session'))
}

test('a session costs six heartbeats a TTL, whatever it holds', async () => {
  const one = await client()
  const session = await one.store.openSession({ ttlMs: 3000 })
  for (let i = 0; i < 20; i++) await session.createOrdered(`line-${i}`, new Uint8Array([1]))
  const before = asked(one).length
  await new Promise((resolve) => setTimeout(resolve, 3 * session.ttlMs))
  const sent = asked(one).slice(before)
  expect(new Set(sent)).toEqual(new Set(['transaction']))
  expect(sent.length).toBeGreaterThanOrEqual(16)
  expect(sent.length).toBeLessThanOrEqual(19)
})

test('who watches a key that does not change asks once in ten seconds', async () => {
  const one = await client()
  await one.store.put('still', new Uint8Array())
  const before = asked(one).length
  const stop = new AbortController()
  const states: unknown[] = []
  const watching = (async () => {
    for await (const state of one.store.watch('still', { signal: stop.signal })) states.push(state?.key)
  })().catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 8000))
  expect(states).toEqual(['still'])
  expect(asked(one).slice(before)).toEqual(['transaction', 'getData'])
  stop.abort()
  await watching
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
  await until('what was given up has ended', () => count('closeSession') === 2)
  const session = await store.openSession({ ttlMs: 5000 })
  const tooLarge = session.createOrdered('line', new Uint8Array(maxValueBytes + 1))
  await expect(tooLarge).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
  await store.close()
  expect(count('openSession')).toBe(4) // with those of the store itself, and the one by which the shortest is found
  expect(count('closeSession')).toBe(4)
})

test('who waits for a session to end hears that its key is gone without asking again', async () => {
  const [one, other] = [await client(), await client()]
  const session = await other.store.openSession({ ttlMs: 3000 })
  const { key } = await session.createOrdered('awaited', new Uint8Array())
  const states: unknown[] = []
  let before = 0
  let closing: Promise<void> | undefined
  for await (const state of one.store.watch(key)) {
    states.push(state?.key)
    if (!state) break
    before = asked(one).length
    closing = session.close()
  }
  await closing
  expect(states).toEqual([key, undefined])
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(asked(one).slice(before)).toEqual([])
})

test('a key that is gone is read again by who goes on watching it', async () => {
  const [one, other] = [await client(), await client()]
  const sessions = [await other.store.openSession({ ttlMs: 3000 }), await other.store.openSession({ ttlMs: 3000 })]
  const name = 'again'
  const { key } = await sessions[0]!.createOrdered('line', new Uint8Array(), { name })
  const owners: (string | undefined)[] = []
  for await (const state of one.store.watch(key)) {
    owners.push(state?.session)
    if (owners.length === 1) await sessions[0]!.close()
    else if (!state) await sessions[1]!.createOrdered('line', new Uint8Array(), { name })
    else break
  }
  expect(owners).toEqual([sessions[0]!.id, undefined, sessions[1]!.id])
  await sessions[1]!.close()
})
