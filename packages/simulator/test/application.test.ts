import { Election } from '@eldest/core'
import { expect, test } from 'vitest'
import { SimulatedCluster } from '../src/index.js'

/** The README's example: the leader sends each invoice once, whatever becomes of it. */
async function sentInvoices(seed: number, trouble: 'partition' | 'pause' | 'crash'): Promise<string[]> {
  const cluster = new SimulatedCluster({ seed, profile: 'etcd' })
  const sent: string[] = []
  const nodes = ['a', 'b', 'c'].map((id) =>
    cluster.start(id, async ({ store, clock, signal }) => {
      const election = new Election(store, 'billing', { id, ttlMs: 6000, clock })
      await election.run(
        async (leadership) => {
          while (!leadership.signal.aborted) {
            sent.push(`${id} at ${Math.round(cluster.nowMs)}`)
            await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000))
          }
        },
        { signal },
      )
    }),
  )
  await cluster.run(20_000)
  const leader = nodes.find(({ name }) => sent.at(-1)!.startsWith(name))!
  leader[trouble]()
  await cluster.run(20_000)
  for (const node of nodes) node.stop()
  await cluster.run(10_000)
  expect(nodes.filter((node) => node !== leader).map(({ ended }) => ended)).toEqual([true, true])
  expect(nodes.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined])
  return sent
}

test.each(['partition', 'pause', 'crash'] as const)(
  'the work of an application moves to another node after a %s, once, and in virtual time',
  async (trouble) => {
    const startedMs = performance.now()
    const sent = await sentInvoices(7, trouble)
    const senders = sent.map((each) => each[0])
    const moves = senders.filter((sender, i) => i > 0 && sender !== senders[i - 1])
    expect(moves).toHaveLength(1)
    expect(sent.length).toBeGreaterThan(20)
    expect(await sentInvoices(7, trouble)).toEqual(sent)
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  },
)
