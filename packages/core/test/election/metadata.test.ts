import { describe, expect, it } from 'vitest'
import type { Observation } from '../../src/index.js'
import { Cluster, type Node, TTL } from '../cluster.js'
import { Pending } from '../pending.js'
import { settle } from '../virtual-clock.js'

/** Follows an election, keeping every observation. */
function follow(node: Node) {
  const seen: Observation[] = []
  const caller = new AbortController()
  const watching = async () => {
    for await (const each of node.election.observe({ signal: caller.signal })) seen.push(each)
  }
  return { seen, caller, watching: new Pending(watching()), last: () => seen.at(-1)! }
}

describe('observers', () => {
  it('see the present state at once, also that nobody stands', async () => {
    const observer = follow(new Cluster().node('o'))
    await settle()
    expect(observer.seen).toEqual([{ leader: undefined, candidates: [] }])
  })

  it('see the leader and the whole line of succession, with what each published', async () => {
    const cluster = new Cluster()
    const observer = follow(cluster.node('o'))
    const [a, b] = [cluster.node('a', { value: { url: 'http://a' } }), cluster.node('b')]
    const [first] = await cluster.campaign(a, b)
    const { leader, candidates } = observer.last()
    expect(leader).toMatchObject({ id: 'a', value: { url: 'http://a' }, ttlMs: TTL, evicting: false })
    expect(leader!.fencingToken).toBe(first!.value.fencingToken)
    expect(leader!.since).toBeInstanceOf(Date)
    expect(candidates.map(({ id, value }) => [id, value])).toEqual([
      ['a', { url: 'http://a' }],
      ['b', undefined],
    ])
    await first!.value.resign()
    await settle()
    expect(observer.last().leader?.id).toBe('b')
  })

  it('see the last state after they were cut off', async () => {
    const cluster = new Cluster()
    const watcher = cluster.node('o')
    const observer = follow(watcher)
    await settle()
    watcher.link.cut()
    await cluster.campaign(cluster.node('a'), cluster.node('b'))
    expect(observer.seen).toHaveLength(1)
    watcher.link.heal()
    await settle()
    expect(observer.last().candidates.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('are told when the wait is over: by their signal, by leaving, by the end of the store', async () => {
    const cluster = new Cluster()
    const aborted = follow(cluster.node('o'))
    aborted.caller.abort('enough')
    const closing = cluster.node('p')
    const closed = follow(closing)
    await closing.store.close()
    for await (const each of cluster.node('q').election.observe()) {
      expect(each.candidates).toEqual([])
      break
    }
    await settle()
    expect(aborted.watching.error).toBe('enough')
    expect(closed.watching.error).toMatchObject({ code: 'STORE_CLOSED' })
  })

  it('may leave while they wait for the next state', async () => {
    const observing = new Cluster().node('o').election.observe()[Symbol.asyncIterator]()
    await observing.next()
    const next = new Pending(observing.next())
    await observing.return!()
    await settle()
    expect(next.value.done).toBe(true)
  })
})

describe('an update', () => {
  it('is stored when it resolves, and changes no place in the line', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    const [first, second] = await cluster.campaign(a, b)
    for (const node of [a, b]) await node.election.update({ of: node.id })
    const candidates = await b.election.candidates()
    expect(candidates.map(({ value }) => value)).toEqual([{ of: 'n0' }, { of: 'n1' }])
    expect(candidates[0]!.fencingToken).toBe(first!.value.fencingToken)
    expect(second!.settled).toBe(false)
  })

  it('of many leaves the last', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    await cluster.campaign(a)
    await Promise.all(Array.from({ length: 20 }, (_, i) => a.election.update(i)))
    expect((await a.election.candidates())[0]!.value).toBe(19)
  })

  it('before the campaign is what the candidate stands with, and after a lost session still', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    await cluster.campaign(a)
    await b.election.update('new')
    await cluster.campaign(b)
    expect((await a.election.candidates())[1]!.value).toBe('new')
    b.link.cut()
    await cluster.clock.advance(TTL)
    b.link.heal()
    await cluster.clock.until(() => cluster.line().length === 2)
    expect((await a.election.candidates())[1]!.value).toBe('new')
  })

  it.each(['openSession', 'createOrdered'] as const)('during %s is not lost', async (method) => {
    const cluster = new Cluster()
    const a = cluster.node('a', { value: 'old' })
    const hold = a.store.hold(method, 'before')
    const campaign = a.campaign()
    await hold.reached
    const updated = new Pending(a.election.update('new'))
    await settle()
    hold.release()
    await cluster.clock.advance(0)
    expect([campaign.state, updated.state]).toEqual(['resolved', 'resolved'])
    expect((await a.election.candidates())[0]!.value).toBe('new')
  })

  it('takes what JSON can hold and refuses the rest before any I/O', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    await cluster.campaign(a)
    for (const value of [null, 0, '', [], { a: [1, { b: null }] }]) {
      await a.election.update(value)
      expect((await a.election.candidates())[0]!.value).toEqual(value)
    }
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    for (const value of [1n, cycle, () => {}, Symbol('x')]) {
      await expect(a.election.update(value)).rejects.toThrow(TypeError)
    }
    await expect(a.election.update('x'.repeat(2 ** 21))).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
    expect((await a.election.candidates())[0]!.value).toEqual({ a: [1, { b: null }] })
    expect(a.store.count('put')).toBe(5)
  })

  it('of who does not stand any more does nothing but remember', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    const [campaign] = await cluster.campaign(a)
    await campaign!.value.resign()
    await a.election.update('later')
    expect(cluster.keys()).toEqual([])
  })

  it('that fails does not keep the next from being stored', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    await cluster.campaign(a)
    a.link.cut()
    await expect(a.election.update(1)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    a.link.heal()
    await a.election.update(2)
    expect((await a.election.candidates())[0]!.value).toBe(2)
  })
})
