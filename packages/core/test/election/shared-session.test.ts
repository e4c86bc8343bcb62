import { describe, expect, it } from 'vitest'
import { ConsensusError, Election, type Leadership, SharedSession } from '../../src/index.js'
import { MemoryServer, MemoryStore } from '../../src/memory/index.js'
import { Cluster, Node, TTL } from '../cluster.js'
import { Pending } from '../pending.js'
import { settle } from '../virtual-clock.js'

/** A node whose election stands on a shared session. */
function sharing(
  cluster: Cluster,
  id = 'a',
): { node: Node; shared: SharedSession; election: (name?: string) => Election } {
  const node = cluster.node(id)
  const shared = new SharedSession(node.store, { ttlMs: TTL })
  const election = (name = 'work') => new Election(node.store, name, { id, session: shared, clock: cluster.clock })
  return { node, shared, election }
}

describe('a shared session', () => {
  it('makes one renewal every third of a TTL for a thousand elections', async () => {
    class CountingServer extends MemoryServer {
      renewals = -1 // opening is one
      override renewSession(id: string): void {
        this.renewals++
        super.renewSession(id)
      }
    }
    const { clock } = new Cluster()
    const server = new CountingServer({ clock })
    const store = new MemoryStore({ server, clock })
    await using shared = new SharedSession(store, { ttlMs: TTL })
    const elections = Array.from({ length: 1000 }, (_, i) => new Election(store, `e${i}`, { session: shared, clock }))
    const leaderships = await Promise.all(elections.map((each) => each.campaign()))
    await clock.advance(5 * TTL)
    expect(server.renewals).toBe(15)
    expect(leaderships.every(({ signal }) => !signal.aborted)).toBe(true)
  })

  it('has no timer for each of its leaderships, and tells them all when it is in doubt', async () => {
    const cluster = new Cluster()
    const { node, election } = sharing(cluster)
    const first = await election('e0').campaign()
    const timers = cluster.clock.timers
    const elections = Array.from({ length: 100 }, (_, i) => election(`e${i + 1}`))
    const leaderships = [first, ...(await Promise.all(elections.map((each) => each.campaign())))]
    expect(cluster.clock.timers).toBe(timers)
    await first.resign() // one that listens no more must not take the others along
    node.link.cut()
    await cluster.clock.until(() => leaderships.every(({ signal }) => signal.aborted))
    for (const { signal } of leaderships.slice(1)) {
      expect(signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'session lost' })
    }
    expect(leaderships.at(-1)!.remainingMs()).toBeCloseTo(TTL / 3, -2)
    node.link.heal()
    await cluster.clock.advance(TTL)
    // The next session has a doubt of its own.
    const again = await election('again').campaign()
    node.link.cut()
    await cluster.clock.until(() => again.signal.aborted)
    expect(again.remainingMs()).toBeCloseTo(TTL / 3, -2)
  })

  it('is opened once by all who campaign at the same time, and again when it was lost', async () => {
    const cluster = new Cluster()
    const { node, election } = sharing(cluster)
    const campaigns = ['x', 'y', 'z'].map((name) => new Pending(election(name).campaign()))
    await settle()
    expect(node.store.count('openSession')).toBe(1)
    node.link.cut()
    await cluster.clock.advance(TTL)
    expect(campaigns.every(({ value }) => value.signal.aborted)).toBe(true)
    node.link.heal()
    await election('again').campaign()
    expect(node.store.count('openSession')).toBe(2)
  })

  it('is not ended by a candidate that resigns or is cancelled', async () => {
    const cluster = new Cluster()
    const { node, election } = sharing(cluster)
    const first = await election('x').campaign()
    const second = await election('y').campaign()
    const caller = new AbortController()
    const waiting = new Pending(election('y').campaign({ signal: caller.signal }))
    await settle()
    caller.abort('enough')
    await settle()
    expect(waiting.error).toBe('enough')
    await first.resign()
    expect(second.signal.aborted).toBe(false)
    expect(node.store.sessions[0]!.ended.aborted).toBe(false)
  })

  it('takes every candidacy along when it is closed, and opens no other', async () => {
    const cluster = new Cluster()
    const { shared, election } = sharing(cluster)
    const leaderships = [await election('work').campaign(), await election('y').campaign()]
    await shared.close()
    await shared.close()
    expect(cluster.keys()).toEqual([])
    for (const { signal } of leaderships) expect(signal.reason).toMatchObject({ ending: 'session lost' })
    await expect(shared.open()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
    await expect(election('z').campaign()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
  })

  it('is closed also while it is being opened', async () => {
    const cluster = new Cluster()
    const { node, shared } = sharing(cluster)
    const hold = node.store.hold('openSession', 'after')
    const opened = new Pending(shared.open())
    await hold.reached
    const closed = new Pending(shared.close())
    hold.release()
    await settle()
    expect([opened.state, closed.state, cluster.clock.timers]).toEqual(['resolved', 'resolved', 0])
  })

  it('is not handed out when it had ended before its opener got it', async () => {
    const cluster = new Cluster()
    const { node, shared } = sharing(cluster)
    node.store.onGrant = (session) => session.abandon()
    await shared.open()
    node.store.onGrant = () => {}
    expect((await shared.open()).ended.aborted).toBe(false)
  })

  it('can be opened again after it could not be', async () => {
    const cluster = new Cluster()
    const { node, shared } = sharing(cluster)
    node.link.cut()
    await expect(shared.open()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    node.link.heal()
    expect((await shared.open()).ended.aborted).toBe(false)
  })

  it('goes on for the others when one of them stops waiting for it', async () => {
    const cluster = new Cluster()
    const { node, shared } = sharing(cluster)
    const hold = node.store.hold('openSession', 'before')
    const caller = new AbortController()
    const one = new Pending(shared.open({ signal: caller.signal }))
    const other = new Pending(shared.open())
    await hold.reached
    caller.abort('enough')
    hold.release()
    await settle()
    expect(one.error).toBe('enough')
    expect(other.value.ended.aborted).toBe(false)
  })

  it('keeps the key of work that does not stop until it has settled', async () => {
    const cluster = new Cluster()
    const { node, election } = sharing(cluster)
    const [b] = [cluster.node('b')]
    let settleWork = () => {}
    const lead = () => new Promise<void>((resolve) => (settleWork = resolve))
    const stop = new AbortController()
    const run = new Pending(election().run(lead, { signal: stop.signal }))
    await settle()
    const [second] = await cluster.campaign(b)
    stop.abort()
    await cluster.clock.advance(3 * TTL)
    expect([second!.settled, node.store.sessions[0]!.ended.aborted]).toEqual([false, false])
    settleWork()
    await settle()
    expect([second!.state, run.state]).toEqual(['resolved', 'resolved'])
  })

  it('tells all its leaders to stop when it is in doubt', async () => {
    const cluster = new Cluster()
    const { node, election } = sharing(cluster)
    const leaderships: Leadership[] = []
    for (const name of ['x', 'y', 'z']) leaderships.push(await election(name).campaign())
    node.link.cut()
    await cluster.clock.advance((2 / 3) * TTL)
    expect(leaderships.map(({ signal }) => signal.aborted)).toEqual([true, true, true])
    expect(node.store.sessions[0]!.ended.aborted).toBe(false)
  })

  it('holds no key before its own candidate when the creation of one stayed in doubt', async () => {
    const cluster = new Cluster()
    const { node, election } = sharing(cluster)
    const hold = node.store.hold('createOrdered', 'before')
    const led: Leadership[] = []
    new Pending(election().run((leadership) => (led.push(leadership), new Promise(() => {}))))
    await hold.reached
    node.link.loseNextAnswer()
    hold.release()
    await settle()
    node.link.cut()
    await cluster.clock.advance(1500)
    node.link.heal()
    await cluster.clock.until(() => led.length === 1, 3 * TTL)
    expect(cluster.line()).toEqual(['a'])
    expect(node.store.count('openSession')).toBe(1)
  })

  it('holds no key of a leader that gave up in doubt, when it lived on and only the deletion went on failing', async () => {
    const cluster = new Cluster()
    const { node, election } = sharing(cluster)
    const leadership = await election().campaign()
    node.link.cut()
    await cluster.clock.until(() => leadership.signal.aborted)
    node.link.heal() // in time for a renewal
    node.store.fail('delete', new ConsensusError('UNAVAILABLE', 'no answer'))
    const resignation = new Pending(leadership.resign())
    await cluster.clock.advance(TTL)
    expect(node.store.sessions[0]!.ended.aborted).toBe(false)
    node.store.fail('delete', undefined)
    await cluster.clock.advance(1000)
    expect(resignation.state).toBe('resolved')
    expect(cluster.keys()).toEqual([])
  })

  it.each([100, 2000])(
    'holds no key of a campaign that was cancelled while it was cut off for %i ms',
    async (cutMs) => {
      const cluster = new Cluster()
      const { node, election } = sharing(cluster)
      const hold = node.store.hold('createOrdered', 'after')
      const caller = new AbortController()
      const campaign = new Pending(election().campaign({ signal: caller.signal }))
      await hold.reached
      node.link.cut()
      caller.abort('enough')
      await cluster.clock.advance(cutMs)
      node.link.heal()
      await cluster.clock.advance(1000)
      expect(campaign.error).toBe('enough')
      expect(cluster.keys()).toEqual([])
    },
  )
})
