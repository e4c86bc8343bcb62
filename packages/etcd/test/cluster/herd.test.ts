import { connect, type ConsensusStore, Election, type Leadership } from '@eldest/core'
import { afterAll, expect, test } from 'vitest'
import { adapter } from '../../src/index.js'
import { CountingProxy } from '../counting-proxy.js'
import { CLUSTER, freshNamespace, variable } from '../etcd-servers.js'

const namespace = freshNamespace()
const open: { store: ConsensusStore; proxy: CountingProxy }[] = []

/** Each next one by way of the next member. */
async function client(): Promise<{ store: ConsensusStore; proxy: CountingProxy }> {
  const proxy = await CountingProxy.listen({
    host: '127.0.0.1',
    port: Number(variable(CLUSTER[open.length % CLUSTER.length]!)),
  })
  const store = await connect(`etcd://127.0.0.1:${proxy.port}/${namespace}`, { adapters: [adapter] })
  const one = { store, proxy }
  open.push(one)
  return one
}

afterAll(async () => {
  await Promise.all(open.map(({ store }) => store.close()))
  for (const { proxy } of open) proxy.close()
})

/** Requests for the predecessor: what a candidate sends when it has been woken. */
function lists({ proxy }: { proxy: CountingProxy }): number {
  return proxy.requests.filter((method) => method === 'Range').length
}

/** Until nobody has asked for anything in a second. */
async function quiet(clients: { proxy: CountingProxy }[]): Promise<void> {
  const sent = () => clients.reduce((sum, { proxy }) => sum + proxy.requests.length, 0)
  for (let known = -1; sent() !== known;) {
    known = sent()
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

test('with 100 candidates a hand-over wakes one', async () => {
  const clients: { store: ConsensusStore; proxy: CountingProxy }[] = []
  const campaigns: Promise<Leadership>[] = []
  for (let i = 0; i < 100; i++) {
    const one = await client()
    clients.push(one)
    const election = new Election(one.store, 'herd', { id: `c${i}`, ttlMs: 3_600_000 })
    await new Promise<void>((resolve, reject) => {
      const campaign = election.campaign({ standby: () => resolve() })
      campaigns.push(campaign)
      campaign.then(() => resolve(), reject)
    })
  }
  const first = await campaigns[0]!
  await quiet(clients) // the last one still begins to watch
  const before = clients.map(lists)
  await first.resign()
  const next = await campaigns[1]!
  // Whoever else had been woken would have asked by now.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const woken = clients.map((one, i) => lists(one) - before[i]!)
  expect(woken[1]).toBeGreaterThanOrEqual(1)
  expect(woken.flatMap((count, i) => (i > 1 && count > 0 ? [i] : []))).toEqual([])
  for (const campaign of campaigns) campaign.catch(() => undefined)
  await next.resign()
})
