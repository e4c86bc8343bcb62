import { connect, type ConsensusStore } from '@eldest/core'
import { afterAll, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { CountingProxy } from './counting-proxy.js'
import { freshNamespace, variable } from './etcd-servers.js'

const namespace = freshNamespace()
const open: { store: ConsensusStore; proxy: CountingProxy }[] = []

async function client(): Promise<{ store: ConsensusStore; proxy: CountingProxy }> {
  const proxy = await CountingProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
  const store = await connect(`etcd://127.0.0.1:${proxy.port}/${namespace}`, { adapters: [adapter] })
  const one = { store, proxy }
  open.push(one)
  return one
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
