import { connect, type ConsensusStore } from '@eldest/core'
import { afterAll, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { freshNamespace, variable } from './consul-servers.js'
import { CountingProxy } from './counting-proxy.js'

const namespace = freshNamespace()
const open: { store: ConsensusStore; proxy: CountingProxy }[] = []

async function client(): Promise<{ store: ConsensusStore; proxy: CountingProxy }> {
  const proxy = await CountingProxy.listen({ host: '127.0.0.1', port: Number(variable('CONSUL_PORT')) })
  const store = await connect(`consul://127.0.0.1:${proxy.port}/${namespace}`, { adapters: [adapter] })
  const one = { store, proxy }
  open.push(one)
  return one
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
