import { describe, expect, it } from 'vitest'
import { ConsensusError, type Leadership, type RunOptions } from '../../src/index.js'
import { Cluster, type Node, TTL } from '../cluster.js'
import { deferred, Pending } from '../pending.js'
import { settle } from '../virtual-clock.js'

const untilAborted = ({ signal }: Leadership) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })

/** A node under `run`, with the leaderships it had. */
function start(node: Node, options: RunOptions = {}, work: (leadership: Leadership) => unknown = untilAborted) {
  const stop = new AbortController()
  const terms: Leadership[] = []
  const errors: unknown[] = []
  const lead = (leadership: Leadership) => {
    terms.push(leadership)
    return work(leadership)
  }
  const onError = (error: unknown) => void errors.push(error)
  const run = new Pending(node.election.run(lead, { signal: stop.signal, onError, ...options }))
  return { stop, terms, errors, run }
}

describe('run', () => {
  it('campaigns again after a lost session, at the back of the line', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    const first = start(a)
    await settle()
    const second = start(b)
    await settle()
    a.link.cut()
    await cluster.clock.until(() => second.terms.length === 1)
    expect(first.terms[0]!.signal.aborted).toBe(true)
    a.link.heal()
    await cluster.clock.until(() => cluster.line().length === 2, 5000)
    expect(cluster.line()).toEqual(['n1', 'n0'])
    second.stop.abort()
    await cluster.clock.until(() => first.terms.length === 2)
    expect(first.terms[1]!.fencingToken).toBeGreaterThan(second.terms[0]!.fencingToken)
  })

  it('tries again when the store is out of reach at first, and tells onError each time', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    a.link.cut()
    const { run, terms, errors } = start(a)
    await cluster.clock.advance(10_000)
    expect(errors.length).toBeGreaterThan(4)
    expect(errors.length).toBeLessThan(40)
    expect(errors[0]).toMatchObject({ code: 'UNAVAILABLE' })
    a.link.heal()
    await cluster.clock.until(() => terms.length === 1, 2000)
    expect(run.settled).toBe(false)
  })

  it('rejects with what onError throws', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    a.link.cut()
    const broken = new Error('logger')
    const onError = () => {
      throw broken
    }
    const { run } = start(a, { onError })
    await cluster.clock.advance(10)
    expect(run.error).toBe(broken)
  })

  it('rejects with what lead throws, once the key is gone', async () => {
    const cluster = new Cluster()
    const broken = new Error('no invoice')
    const { run } = start(cluster.node('a'), {}, () => Promise.reject(broken))
    let keys: string[] | undefined
    run.promise.catch(() => (keys = cluster.keys()))
    await settle()
    expect(run.error).toBe(broken)
    expect(keys).toEqual([])
  })

  it('takes no notice of what lead throws because its signal fired', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a')
    const { run, terms } = start(node, {}, async (leadership) => {
      await untilAborted(leadership)
      leadership.assertValid()
    })
    await settle()
    await node.election.evict('a')
    await cluster.clock.until(() => terms.length === 2)
    expect(run.settled).toBe(false)
  })

  it('rejects with what lead throws after its signal fired for reasons of its own', async () => {
    const cluster = new Cluster()
    const broken = new Error('disk full')
    const { run, stop } = start(cluster.node('a'), {}, async (leadership) => {
      await untilAborted(leadership)
      throw broken
    })
    await settle()
    stop.abort()
    await settle()
    expect(run.error).toBe(broken)
  })

  it('gives the leadership up when lead returns, and goes to the back of the line', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    const done = deferred()
    const first = start(a, {}, () => done.promise)
    await settle()
    const second = start(b)
    await settle()
    done.resolve()
    await cluster.clock.advance(100)
    expect(first.terms[0]!.signal.reason).toMatchObject({ code: 'LEADERSHIP_RESIGNED' })
    expect(second.terms).toHaveLength(1)
    expect(cluster.line()).toEqual(['n1', 'n0'])
  })

  it('does not spin when lead returns at once', async () => {
    const cluster = new Cluster()
    const { terms } = start(cluster.node('a'), {}, () => {})
    await cluster.clock.advance(1000)
    expect(terms.length).toBeLessThanOrEqual(101)
  })

  it('resolves when its signal aborts while it stands by, and the key is gone', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    start(a)
    await settle()
    let standby: AbortSignal | undefined
    const second = start(b, { standby: ({ signal }) => void (standby = signal) })
    await settle()
    expect(standby?.aborted).toBe(false)
    second.stop.abort()
    await settle()
    expect([second.run.state, cluster.line(), standby?.aborted]).toEqual(['resolved', ['n0'], true])
  })

  it('resolves when its signal aborts while it leads, after lead has settled, and the key is gone', async () => {
    const cluster = new Cluster()
    const done = deferred()
    const { run, stop, terms } = start(cluster.node('a'), {}, () => done.promise)
    await settle()
    stop.abort()
    expect(terms[0]!.signal.reason).toMatchObject({ code: 'LEADERSHIP_RESIGNED', ending: 'resigned' })
    await settle()
    expect(run.settled).toBe(false)
    done.resolve()
    await settle()
    expect([run.state, cluster.keys(), cluster.clock.timers]).toEqual(['resolved', [], 0])
  })

  it('resolves when its signal aborts while it pauses before another try, or had aborted before', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    a.link.cut()
    const { run, stop } = start(a)
    await cluster.clock.advance(100)
    stop.abort()
    await settle()
    expect(run.state).toBe('resolved')
    await a.election.run(() => {}, { signal: stop.signal })
    expect(cluster.clock.timers).toBe(0)
  })

  it('rejects when the store is closed, and never tries again', async () => {
    for (const leads of [true, false]) {
      const cluster = new Cluster()
      const [a, b] = cluster.nodes(2) as [Node, Node]
      const runs = [start(a), (await settle(), start(b))]
      await settle()
      await (leads ? a : b).store.close()
      await cluster.clock.advance(100)
      const error = runs[leads ? 0 : 1]!.run.error
      expect(error).toSatisfy((each: ConsensusError) => each.code === 'STORE_CLOSED' || each.ending === 'store closed')
    }
  })

  it('rejects with what trying again cannot mend', async () => {
    const denied = new ConsensusError('ACCESS_DENIED', 'no')
    const a = new Cluster().node('a')
    a.store.fail('openSession', denied)
    const { run } = start(a)
    await settle()
    expect(run.error).toBe(denied)
  })

  it('campaigns again after the eviction of a standby', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    start(a)
    await settle()
    const second = start(b)
    await settle()
    const [, key] = cluster.keys()
    await a.election.evict('n1')
    await cluster.clock.until(() => cluster.keys().length === 2, TTL)
    expect(cluster.keys()[1]).not.toBe(key)
    expect(second.errors).toMatchObject([{ code: 'LEADERSHIP_LOST', ending: 'evicted' }])
  })
})
