import { describe, expect, it } from 'vitest'
import { Cluster, type Node, TTL } from '../cluster.js'
import { settle } from '../virtual-clock.js'

// Each test lets the candidacy die at another moment of the grant. A leadership on a dead session is a phantom.
async function alone(): Promise<{ cluster: Cluster; node: Node }> {
  const cluster = new Cluster()
  return { cluster, node: cluster.node('a') }
}

describe('the grant', () => {
  it('is refused when the session was ended before the line was read', async () => {
    const { cluster, node } = await alone()
    const hold = node.store.hold('predecessor', 'before')
    const campaign = node.campaign()
    await hold.reached
    cluster.server.endSession(node.store.sessions[0]!.id)
    hold.release()
    await settle()
    expect(campaign.error).toMatchObject({ code: 'LEADERSHIP_LOST' })
  })

  it('is refused when the key went before the line was read', async () => {
    const { cluster, node } = await alone()
    const hold = node.store.hold('predecessor', 'before')
    const campaign = node.campaign()
    await hold.reached
    cluster.server.delete(cluster.keys()[0]!, undefined)
    hold.release()
    await settle()
    expect(campaign.error).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
  })

  it('is refused by the line alone when the watch has not told of the end of the own key yet', async () => {
    for (const replaced of [false, true]) {
      const { cluster, node } = await alone()
      node.store.deaf = true
      const hold = node.store.hold('predecessor', 'before')
      const campaign = node.campaign()
      await hold.reached
      const [key] = cluster.keys()
      cluster.server.delete(key!, undefined)
      if (replaced) cluster.server.put(key!, new Uint8Array(), undefined)
      hold.release()
      await settle()
      expect(campaign.error).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
    }
  })

  it('is refused by the own key when rubbish that lay before it has gone with it', async () => {
    const { cluster, node } = await alone()
    cluster.server.put('elections/work/rubbish', new Uint8Array(), undefined)
    node.store.deaf = true
    const first = node.store.hold('predecessor', 'after')
    const campaign = node.campaign()
    await first.reached
    for (const key of cluster.keys()) cluster.server.delete(key, undefined)
    first.release()
    await settle()
    expect(campaign.error).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
  })

  it('is given when rubbish that lay before the own key has gone', async () => {
    const { cluster, node } = await alone()
    const rubbish = cluster.server.put('elections/work/rubbish', new Uint8Array(), undefined)
    const first = node.store.hold('predecessor', 'after')
    const campaign = node.campaign()
    await first.reached
    cluster.server.delete(rubbish.key, undefined)
    first.release()
    await settle()
    expect(campaign.value.signal.aborted).toBe(false)
  })

  // With a third of the TTL left, or less, a leader would have to stop at once.
  it.each([1, 0.7])('is refused when %d of a TTL passed while the answer was on its way', async (ttls) => {
    const { cluster, node } = await alone()
    const hold = node.store.hold('predecessor', 'after')
    const campaign = node.campaign()
    await hold.reached
    const [own] = cluster.keys()
    cluster.clock.jump(ttls * TTL)
    hold.release()
    await settle()
    expect(campaign.settled).toBe(false)
    await cluster.clock.until(() => campaign.settled)
    expect(cluster.keys()).toHaveLength(1)
    expect(cluster.keys().includes(own!)).toBe(ttls < 1) // a session that lives on keeps its place
    expect(campaign.value.remainingMs()).toBeGreaterThan(TTL / 2)
  })

  it('is refused when another entry has taken the place of the own key', async () => {
    const { cluster, node } = await alone()
    const hold = node.store.hold('predecessor', 'before')
    const campaign = node.campaign()
    await hold.reached
    const [key] = cluster.keys()
    cluster.server.delete(key!, undefined)
    cluster.server.put(key!, new Uint8Array(), undefined)
    hold.release()
    await settle()
    expect(campaign.error).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
  })

  it('is refused when the session ended while the key was being created, and another session is opened', async () => {
    const { cluster, node } = await alone()
    const hold = node.store.hold('createOrdered', 'after')
    const campaign = node.campaign()
    await hold.reached
    node.link.cut()
    await cluster.clock.advance(TTL)
    expect(node.store.sessions[0]!.ended.aborted).toBe(true)
    node.link.heal()
    hold.release()
    await cluster.clock.until(() => campaign.settled)
    expect(campaign.value.signal.aborted).toBe(false)
    expect(node.store.sessions).toHaveLength(2)
    expect(cluster.keys()).toHaveLength(1)
  })

  it('waits for an older candidate that came into sight late', async () => {
    const { cluster, node } = await alone()
    const elder = cluster.node('elder')
    const hold = node.store.hold('predecessor', 'before')
    await cluster.campaign(elder)
    const campaign = node.campaign()
    await hold.reached
    hold.release()
    await settle()
    expect(campaign.settled).toBe(false)
  })

  it('is given in spite of failures of the store, once it answers again', async () => {
    const { cluster, node } = await alone()
    const hold = node.store.hold('predecessor', 'before')
    const campaign = node.campaign()
    await hold.reached
    node.link.cut()
    hold.release()
    await cluster.clock.advance(TTL / 3)
    expect(campaign.settled).toBe(false)
    node.link.heal()
    expect(await cluster.clock.until(() => campaign.settled)).toBeLessThanOrEqual(TTL / 6)
    expect(node.store.sessions).toHaveLength(1)
  })
})
