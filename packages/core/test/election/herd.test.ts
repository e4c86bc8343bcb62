import { describe, expect, it } from 'vitest'
import { Cluster, type Node, TTL } from '../cluster.js'
import { settle } from '../virtual-clock.js'

const asked = (nodes: Node[]) => nodes.map(({ store }) => store.count('predecessor', 'list', 'get'))

describe('a change in the line', () => {
  it('wakes one of twenty candidates at a hand-over', async () => {
    const cluster = new Cluster()
    const nodes = cluster.nodes(20)
    const campaigns = await cluster.campaign(...nodes)
    for (let leader = 0; leader < 5; leader++) {
      const before = asked(nodes)
      await campaigns[leader]!.value.resign()
      await settle()
      const woken = asked(nodes).flatMap((count, i) => (count > before[i]! ? [i] : []))
      expect(woken).toEqual([leader + 1])
    }
  })

  it('wakes only the candidate behind the one that leaves the middle', async () => {
    const cluster = new Cluster()
    const nodes = cluster.nodes(20)
    await cluster.campaign(...nodes)
    const before = asked(nodes)
    cluster.server.endSession(nodes[7]!.store.sessions[0]!.id)
    await settle()
    const woken = asked(nodes).flatMap((count, i) => (count > before[i]! ? [i] : []))
    expect(woken).toEqual([8])
  })

  it('costs nobody a look at the whole line', async () => {
    const cluster = new Cluster()
    const nodes = cluster.nodes(20)
    const [first] = await cluster.campaign(...nodes)
    await cluster.clock.advance(3 * TTL)
    await first!.value.resign()
    await settle()
    expect(nodes.map(({ store }) => store.count('list', 'watchPrefix'))).toEqual(Array(20).fill(0))
  })
})

describe('a standby that nothing happens to', () => {
  it('asks again about every half TTL, in case a notification was lost, and not in step with the others', async () => {
    const cluster = new Cluster()
    const nodes = cluster.nodes(20)
    await cluster.campaign(...nodes)
    const before = asked(nodes)
    await cluster.clock.advance(12 * TTL)
    const rounds = asked(nodes).map((count, i) => count - before[i]!)
    for (const each of rounds.slice(1)) {
      expect(each).toBeGreaterThanOrEqual(12 / 0.6 - 1)
      expect(each).toBeLessThanOrEqual(12 / 0.4)
    }
    expect(rounds[0]).toBe(0)
  })
})
