import { describe, expect, it } from 'vitest'
import { Cluster, type Node, TTL } from '../cluster.js'
import { deferred, Pending } from '../pending.js'
import { settle } from '../virtual-clock.js'

/** Node a leads by `run`, doing the given work; node b waits behind it. */
async function leading(work: (signal: AbortSignal) => Promise<unknown>) {
  const cluster = new Cluster()
  const [a, b] = cluster.nodes(2) as [Node, Node]
  const stop = new AbortController()
  const state = { signalled: false }
  const lead = ({ signal }: { signal: AbortSignal }) => {
    signal.addEventListener('abort', () => (state.signalled = true))
    return work(signal)
  }
  const run = new Pending(a.election.run(lead, { signal: stop.signal }))
  await settle()
  const [successor] = await cluster.campaign(b)
  return { cluster, a, b, stop, state, run, successor: successor! }
}

describe('resigning', () => {
  it('fires the signal first and deletes the key then', async () => {
    const cluster = new Cluster()
    const [campaign] = await cluster.campaign(cluster.node('a'))
    const leadership = campaign!.value
    let keysAtSignal = -1
    leadership.signal.addEventListener('abort', () => (keysAtSignal = cluster.keys().length))
    const resigned = leadership.resign()
    expect(leadership.signal.reason).toMatchObject({ code: 'LEADERSHIP_RESIGNED', ending: 'resigned' })
    expect(() => leadership.assertValid()).toThrow()
    await resigned
    expect(keysAtSignal).toBe(1)
    expect(cluster.keys()).toEqual([])
    await leadership.resign()
    await leadership[Symbol.asyncDispose]()
  })

  it('leaves neither a timer nor a session', async () => {
    const cluster = new Cluster()
    const [campaign] = await cluster.campaign(cluster.node('a'))
    await campaign!.value.resign()
    expect(cluster.clock.timers).toBe(0)
  })

  it('leaves no watch, neither here nor where the next one waited for it', async () => {
    const cluster = new Cluster()
    const nodes = cluster.nodes(6)
    const campaigns = await cluster.campaign(...nodes)
    const open = () => nodes.map(({ store }) => store.openWatches)
    expect(open()).toEqual([1, 2, 2, 2, 2, 2])
    for (let leader = 0; leader < 5; leader++) {
      await campaigns[leader]!.value.resign()
      await settle()
      const rest = [1, 2, 2, 2, 2, 2].slice(0, 5 - leader)
      expect(open()).toEqual([...Array<number>(leader + 1).fill(0), ...rest])
    }
    await campaigns[5]!.value.resign()
    expect(open()).toEqual(Array(6).fill(0))
  })

  it('survives the loss of the answer to the deletion', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    const [campaign] = await cluster.campaign(a)
    a.link.loseNextAnswer()
    const resigned = new Pending(campaign!.value.resign())
    await cluster.clock.advance(1000)
    expect(resigned.state).toBe('resolved')
  })

  it('settles within one TTL when the store is out of reach, and the key goes with its session', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    const [first, second] = await cluster.campaign(a, b)
    a.link.cut()
    const resigned = new Pending(first!.value.resign())
    await cluster.clock.advance(TTL)
    expect(resigned.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(second!.state).toBe('resolved')
  })

  it('ends an own session and the key with it, in one write', async () => {
    const cluster = new Cluster()
    const a = cluster.node('a')
    const [campaign] = await cluster.campaign(a)
    await campaign!.value.resign()
    expect(cluster.keys()).toEqual([])
    expect(a.store.count('delete')).toBe(0)
  })

  it('never deletes a key that is not the own one any more', async () => {
    const cluster = new Cluster()
    const [campaign] = await cluster.campaign(cluster.node('a'))
    const [key] = cluster.keys()
    cluster.server.delete(key!, undefined)
    cluster.server.put(key!, new Uint8Array(), undefined)
    await campaign!.value.resign()
    expect(cluster.keys()).toEqual([key])
  })
})

describe('work that settles late', () => {
  it('is waited for before the key is released, when the run is stopped', async () => {
    const done = deferred()
    const { cluster, stop, state, run, successor } = await leading(() => done.promise)
    stop.abort()
    await cluster.clock.advance(TTL / 2)
    expect(state.signalled).toBe(true)
    expect([run.settled, successor.settled, cluster.line()]).toEqual([false, false, ['n0', 'n1']])
    done.resolve()
    await settle()
    expect([run.state, successor.state, cluster.line()]).toEqual(['resolved', 'resolved', ['n1']])
  })

  it('is waited for when the leader is evicted', async () => {
    const done = deferred()
    const { cluster, b, state, successor } = await leading(() => done.promise)
    const evicted = new Pending(b.election.evict('n0'))
    await cluster.clock.advance(TTL / 2)
    expect([state.signalled, evicted.settled, successor.settled]).toEqual([true, false, false])
    done.resolve()
    await settle()
    expect([evicted.state, successor.state]).toEqual(['resolved', 'resolved'])
  })

  it('is waited for when the session is in doubt, though the store is back', async () => {
    const done = deferred()
    const { cluster, a, state, successor } = await leading(() => done.promise)
    a.link.cut()
    await cluster.clock.until(() => state.signalled)
    a.link.heal()
    await cluster.clock.advance(TTL / 4)
    expect(successor.settled).toBe(false)
    done.resolve()
    await settle()
    expect(successor.state).toBe('resolved')
  })
})

describe('work that never settles', () => {
  it('is not waited for past the local deadline, and the next leads when the session has run out', async () => {
    const { cluster, a, stop, run, successor } = await leading(() => new Promise(() => {}))
    await cluster.clock.advance(TTL)
    stop.abort()
    const stoppedMs = cluster.clock.now()
    const takenMs = await cluster.clock.until(() => successor.settled)
    expect(takenMs).toBeGreaterThan(TTL)
    expect(takenMs).toBeLessThan(2 * TTL)
    expect(run.settled).toBe(false)
    expect(cluster.clock.now() - stoppedMs).toBe(takenMs)
    expect(a.store.openWatches).toBe(0)
  })

  it('settles within one TTL of the work when the deletion is never answered', async () => {
    const done = deferred()
    const { cluster, a, stop, run } = await leading(() => done.promise)
    stop.abort()
    await cluster.clock.advance(TTL) // the session is left to run out
    const held = a.store.hold('delete', 'before')
    done.resolve()
    await held.reached
    await cluster.clock.advance(TTL)
    expect(run.state).toBe('resolved')
    held.release()
    await settle()
  })

  it('does not keep the session renewed once its leader was evicted without a grace that long', async () => {
    const { cluster, b, successor } = await leading(() => new Promise(() => {}))
    const evicted = new Pending(b.election.evict('n0', { graceMs: 5 * TTL }))
    await cluster.clock.until(() => successor.settled, 2 * TTL)
    expect(evicted.state).toBe('resolved')
  })

  it('that settles after all deletes nothing of anybody else', async () => {
    const done = deferred()
    const { cluster, stop, run, successor } = await leading(() => done.promise)
    stop.abort()
    await cluster.clock.until(() => successor.settled)
    done.resolve()
    await cluster.clock.advance(TTL)
    expect([run.state, cluster.line()]).toEqual(['resolved', ['n1']])
    expect(successor.value.signal.aborted).toBe(false)
  })
})
