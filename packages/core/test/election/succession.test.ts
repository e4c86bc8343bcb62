import { describe, expect, it } from 'vitest'
import type { Leadership } from '../../src/index.js'
import { Cluster, type Node, TTL } from '../cluster.js'
import type { Pending } from '../pending.js'
import { seededRandom } from '../random.js'
import { settle } from '../virtual-clock.js'

describe('the line of succession', () => {
  it('is led by the eldest, and nobody else is elected', async () => {
    const cluster = new Cluster()
    const campaigns = await cluster.campaign(...cluster.nodes(5))
    await cluster.clock.advance(10 * TTL)
    expect(campaigns.map(({ state }) => state)).toEqual(['resolved', ...Array<string>(4).fill('pending')])
    expect(campaigns[0]!.value.signal.aborted).toBe(false)
  })

  it('hands over from the eldest to the next eldest when one resigns, at once', async () => {
    const cluster = new Cluster()
    const campaigns = await cluster.campaign(...cluster.nodes(5))
    let token = 0n
    for (const campaign of campaigns) {
      await settle()
      expect(campaigns.filter(({ settled }) => settled).at(-1)).toBe(campaign)
      expect(campaign.value.fencingToken).toBeGreaterThan(token)
      token = campaign.value.fencingToken
      await campaign.value.resign()
    }
    expect(cluster.keys()).toEqual([])
  })

  it('hands over when the leader falls silent, as soon as the store has ended its session', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    const [, second] = await cluster.campaign(a, b)
    await cluster.clock.advance(1000)
    a.link.cut()
    expect(await cluster.clock.until(() => second!.settled)).toBe(TTL - 1000)
    expect(cluster.line()).toEqual(['n1'])
  })

  it('hands over when an operator ends the session of the leader', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    const [first, second] = await cluster.campaign(a, b)
    cluster.server.endSession(a.store.sessions[0]!.id)
    await settle()
    expect(first!.value.signal.aborted).toBe(true)
    expect(second!.state).toBe('resolved')
  })

  it('closes up when one in the middle leaves, and wakes nobody to lead', async () => {
    const cluster = new Cluster()
    const nodes = cluster.nodes(3)
    const campaigns = await cluster.campaign(...nodes)
    cluster.server.endSession(nodes[1]!.store.sessions[0]!.id)
    await settle()
    expect(campaigns[2]!.settled).toBe(false)
    await campaigns[0]!.value.resign()
    await settle()
    expect(campaigns[2]!.state).toBe('resolved')
  })

  it('puts a candidate that lost its session at the back, with a larger token', async () => {
    const cluster = new Cluster()
    const [a, b, c] = cluster.nodes(3) as [Node, Node, Node]
    const [first, second, third] = await cluster.campaign(a, b, c)
    b.link.cut()
    await cluster.clock.advance(TTL + 100)
    expect(cluster.line()).toEqual(['n0', 'n2'])
    b.link.heal()
    await cluster.clock.until(() => cluster.line().length === 3)
    expect(cluster.line()).toEqual(['n0', 'n2', 'n1'])
    await first!.value.resign()
    await settle()
    expect([second!.settled, third!.settled]).toEqual([false, true])
    await third!.value.resign()
    await settle()
    expect(second!.value.fencingToken).toBeGreaterThan(third!.value.fencingToken)
  })

  it('never lets an older candidate be overtaken, whoever joins and leaves', async () => {
    const cluster = new Cluster()
    const random = seededRandom(4)
    const line: { node: Node; campaign: Pending<Leadership>; stop: AbortController }[] = []
    let token = 0n
    for (let i = 0; i < 300; i++) {
      if (line.length < 2 || (random() < 0.55 && line.length < 8)) {
        const stop = new AbortController()
        const node = cluster.node(`n${i}`)
        line.push({ node, stop, campaign: node.campaign({ signal: stop.signal }) })
      } else {
        const [leaving] = line.splice(Math.floor(random() * line.length), 1)
        if (leaving!.campaign.settled) await leaving!.campaign.value.resign()
        else leaving!.stop.abort(new Error('leaves'))
      }
      await cluster.clock.advance(random() < 0.3 ? random() * TTL : 0)
      expect(cluster.line()).toEqual(line.map(({ node }) => node.id))
      expect(line.map(({ campaign }) => campaign.settled)).toEqual(line.map((_, place) => place === 0))
      expect(line[0]!.campaign.value.fencingToken).toBeGreaterThanOrEqual(token)
      token = line[0]!.campaign.value.fencingToken
    }
  })
})
