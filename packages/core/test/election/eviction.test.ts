import { describe, expect, it } from 'vitest'
import { Cluster, type Node, TTL } from '../cluster.js'
import { deferred, Pending } from '../pending.js'
import { settle } from '../virtual-clock.js'

async function three() {
  const cluster = new Cluster()
  const [a, b, operator] = cluster.nodes(3) as [Node, Node, Node]
  const [first, second] = await cluster.campaign(a, b)
  return { cluster, a, b, operator, first: first!, second: second! }
}

describe('evicting the leader', () => {
  it('fires its signal before the next one is elected', async () => {
    const { operator, first, second } = await three()
    const leadership = first.value
    const order: string[] = []
    let released: Pending<void> | undefined
    leadership.signal.addEventListener('abort', () => {
      order.push('signal')
      released = new Pending(leadership.resign())
    })
    const elected = new Pending(second.promise.then(() => order.push('elected')))
    const [evicted] = await operator.election.evict('n0')
    await settle()
    expect(order).toEqual(['signal', 'elected'])
    expect([released?.state, elected.state]).toEqual(['resolved', 'resolved'])
    expect(leadership.signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
    expect(evicted).toMatchObject({ id: 'n0', fencingToken: leadership.fencingToken })
  })

  it('waits for a leader that is cut off until its signal has fired, and deletes the key then', async () => {
    for (let cutMs = 0; cutMs <= TTL / 3; cutMs += 300) {
      const { cluster, a, operator, first, second } = await three()
      await cluster.clock.advance(cutMs)
      a.link.cut()
      const evicted = new Pending(operator.election.evict('n0'))
      await cluster.clock.until(() => second.settled)
      expect(first.value.signal.aborted).toBe(true)
      await settle()
      expect(evicted.state).toBe('resolved')
    }
  })

  it('gives a leader the TTL that its store granted, not the shorter one that it asked for', async () => {
    const cluster = new Cluster()
    const [a, b, operator] = cluster.nodes(3) as [Node, Node, Node]
    a.store.grantTtl = (ttlMs) => 3 * ttlMs
    const [first, second] = await cluster.campaign(a, b)
    a.link.cut()
    new Pending(operator.election.evict('n0'))
    await cluster.clock.until(() => second!.settled)
    expect(first!.value.signal.aborted).toBe(true)
  })

  it('deletes the key of a leader that does not stop within its grace', async () => {
    const { cluster, operator, first, second } = await three()
    const evicted = new Pending(operator.election.evict('n0', { graceMs: 2000 }))
    await cluster.clock.advance(1999)
    expect([first.value.signal.aborted, second.settled]).toEqual([true, false])
    await cluster.clock.advance(1)
    expect([evicted.state, second.state, cluster.line()]).toEqual(['resolved', 'resolved', ['n1']])
  })

  it('survives a concurrent update of its value', async () => {
    const { cluster, a, operator, first, second } = await three()
    const updates: Promise<void>[] = []
    first.value.signal.addEventListener('abort', () => new Pending(first.value.resign()))
    const evicted = new Pending(operator.election.evict('n0'))
    for (let i = 0; i < 5; i++) updates.push(a.election.update({ i }).catch(() => undefined))
    await Promise.all(updates)
    await cluster.clock.advance(TTL / 2)
    expect([evicted.state, second.state]).toEqual(['resolved', 'resolved'])
  })

  it('survives an update that overwrites the wish before the leader has seen it', async () => {
    const { cluster, a, operator, first } = await three()
    const hold = a.store.hold('put', 'before')
    const updated = new Pending(a.election.update('mine'))
    await hold.reached
    a.link.cut() // sees nothing of the wish
    const evicted = new Pending(operator.election.evict('n0'))
    await settle()
    const [entry] = cluster.server.list(a.election.prefix)
    cluster.server.put(entry!.key, new TextEncoder().encode('{"value":"mine"}'), entry)
    a.link.heal()
    hold.release()
    await settle()
    expect(updated.settled).toBe(true)
    expect(first.value.signal.reason).toMatchObject({ ending: 'evicted' })
    await first.value.resign()
    await settle()
    expect(evicted.state).toBe('resolved')
  })

  it('puts a candidate under run at the back of the line', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    const stop = new AbortController()
    const lead = ({ signal }: { signal: AbortSignal }) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    const run = new Pending(a.election.run(lead, { signal: stop.signal }))
    await settle()
    const [second] = await cluster.campaign(b)
    await b.election.evict('n0')
    await cluster.clock.advance(100)
    expect([second!.state, cluster.line()]).toEqual(['resolved', ['n1', 'n0']])
    stop.abort()
    await settle()
    expect(run.state).toBe('resolved')
  })
})

describe('evicting a standby', () => {
  it('ends its campaign with that reason, and the leader goes on', async () => {
    const { cluster, operator, first, second } = await three()
    await operator.election.evict('n1')
    await settle()
    expect(second.error).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
    expect([first.value.signal.aborted, cluster.line()]).toEqual([false, ['n0']])
  })

  it('of a name that stands nowhere does nothing', async () => {
    const { operator, cluster } = await three()
    expect(await operator.election.evict('nobody')).toEqual([])
    expect(cluster.line()).toEqual(['n0', 'n1'])
  })
})

describe('an eviction', () => {
  it('stops waiting when its signal aborts, with the reason, and leaves no timer', async () => {
    const { cluster, operator } = await three()
    const timers = cluster.clock.timers
    const caller = new AbortController()
    const evicted = new Pending(operator.election.evict('n0', { signal: caller.signal }))
    await settle()
    caller.abort('enough')
    await settle()
    expect(evicted.error).toBe('enough')
    expect(cluster.line()).toEqual(['n0', 'n1'])
    expect(cluster.clock.timers).toBeLessThanOrEqual(timers + 1) // the leader now has its own deadline
  })

  it('ends every candidate of that name', async () => {
    const { cluster, operator, second } = await three()
    const twin = cluster.node('n1')
    const [third] = await cluster.campaign(twin)
    expect(await operator.election.evict('n1')).toHaveLength(2)
    await settle()
    expect([second.state, third!.state, cluster.line()]).toEqual(['rejected', 'rejected', ['n0']])
  })

  it('resolves when the candidate leaves by itself meanwhile', async () => {
    const { operator, first } = await three()
    const hold = operator.store.hold('put', 'before')
    const evicted = new Pending(operator.election.evict('n0'))
    await hold.reached
    await first.value.resign()
    hold.release()
    await settle()
    expect(evicted.state).toBe('resolved')
  })
})

describe('deleting a key by other tools', () => {
  it('ends a leadership as evicted', async () => {
    const { cluster, first, second } = await three()
    cluster.server.delete(cluster.keys()[0]!, undefined)
    await settle()
    expect(first.value.signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
    expect(first.value.remainingMs()).toBe(0)
    expect(second.state).toBe('resolved')
  })

  it('ends a waiting campaign as evicted', async () => {
    const { cluster, second } = await three()
    cluster.server.delete(cluster.keys()[1]!, undefined)
    await settle()
    expect(second.error).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
  })

  it('does not make the run fail of a leader whose guarded write is refused before it heard of it', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    a.store.deaf = true // the write overtakes the notification
    const stop = new AbortController()
    const deleted = deferred()
    let terms = 0
    const run = new Pending(
      a.election.run(
        async (leadership) => {
          if (++terms > 1) return deferred().promise
          await deleted.promise
          await leadership.put('work/cursor', new Uint8Array())
        },
        { signal: stop.signal },
      ),
    )
    await settle()
    cluster.server.delete(cluster.keys()[0]!, undefined)
    deleted.resolve()
    await cluster.clock.advance(1000)
    expect([run.state, terms]).toEqual(['pending', 2])
    stop.abort()
  })
})
