import { describe, expect, it } from 'vitest'
import { connect, Election, type ElectionOptions, SharedSession, worstCaseFailoverMs } from '../../src/index.js'
import { MemoryStore } from '../../src/memory/index.js'
import { Cluster, Node, TTL } from '../cluster.js'

const store = new MemoryStore()
const { minTtlMs, maxTtlMs } = store.capabilities

describe('the options of an election', () => {
  it('have defaults', () => {
    const election = new Election(store, 'billing')
    expect(election.id).toContain(String(process.pid))
    expect(election.name).toBe('billing')
    expect(election.prefix).toBe('elections/billing')
  })

  it.each([0, -1, NaN, Infinity, minTtlMs - 1, maxTtlMs + 1])(
    'refuse a TTL that the store does not take: %s',
    (ttlMs) => {
      expect(() => new Election(store, 'e', { ttlMs })).toThrow(RangeError)
      expect(() => new SharedSession(store, { ttlMs })).toThrow(RangeError)
    },
  )

  it.each(['9000', true, 9000n])('refuse a TTL that is no number: %s', (ttlMs) => {
    expect(() => new Election(store, 'e', { ttlMs: ttlMs as unknown as number })).toThrow(TypeError)
  })

  it.each(['', '\0', '\ud800', 'x'.repeat(201)])('refuse a name or id that cannot be a key: %j', (name) => {
    expect(() => new Election(store, name)).toThrow(RangeError)
    expect(() => new Election(store, 'e', { id: name })).toThrow(RangeError)
  })

  it('refuse a value that JSON cannot hold', () => {
    expect(() => new Election(store, 'e', { value: 1n })).toThrow(TypeError)
    expect(() => new Election(store, 'e', { value: () => {} })).toThrow(TypeError)
  })

  it('refuse a shared session together with a TTL, or of another store', () => {
    const session = new SharedSession(store, { ttlMs: 1000 })
    expect(() => new Election(store, 'e', { session, ttlMs: 1000 })).toThrow(TypeError)
    expect(() => new Election(new MemoryStore(), 'e', { session })).toThrow(TypeError)
  })

  it('are checked without any I/O', () => {
    const node = new Cluster().node('a')
    new Election(node.store, 'e', { value: { a: 1 } } satisfies ElectionOptions)
    expect(node.store.counts.size).toBe(0)
  })

  it('leave room for the longest name and id', async () => {
    const cluster = new Cluster()
    const { store: each } = cluster.node('a')
    const election = new Election(each, 'n'.repeat(200), { id: 'i'.repeat(200), ttlMs: TTL, clock: cluster.clock })
    const leadership = await election.campaign()
    expect((await election.candidates())[0]).toMatchObject({ id: 'i'.repeat(200) })
    await leadership.resign()
  })
})

describe('the shortest TTL that the store takes', () => {
  it('is one with which a healthy leader goes on leading', async () => {
    const cluster = new Cluster()
    const node = new Node(cluster.server, 'a', { clock: cluster.clock, ttlMs: minTtlMs })
    const [campaign] = await cluster.campaign(node)
    await cluster.clock.advance(100 * minTtlMs)
    expect(campaign!.value.signal.aborted).toBe(false)
  })
})

describe('the worst case', () => {
  it('bounds the time until the next leads after a crash', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    b.store.deaf = true
    const [, second] = await cluster.campaign(a, b)
    a.link.cut()
    const takenMs = await cluster.clock.until(() => second!.settled)
    expect(takenMs).toBeLessThanOrEqual(worstCaseFailoverMs(store.capabilities, TTL))
  })

  it("holds on the machine's own clock", async () => {
    await using each = await connect('memory:')
    const leadership = await new Election(each, 'e', { ttlMs: 300 }).campaign()
    await new Promise((resolve) => setTimeout(resolve, 700)) // to show that the renewals keep it
    leadership.assertValid()
    await leadership.resign()
  })
})
