import { describe, expect, it } from 'vitest'
import { ConsensusError, type Standby } from '../../src/index.js'
import { Cluster, type Node, TTL } from '../cluster.js'
import { settle } from '../virtual-clock.js'

async function waiting(onStandby: (standby: Standby) => void | Promise<void> = () => {}) {
  const cluster = new Cluster()
  const [a, b] = cluster.nodes(2) as [Node, Node]
  const [first] = await cluster.campaign(a)
  const caller = new AbortController()
  const second = b.campaign({ signal: caller.signal, standby: onStandby })
  await settle()
  return { cluster, a, b, first: first!.value, second, caller }
}

describe('a pending campaign', () => {
  it('that is cancelled removes its key before it rejects with the reason, and leaves nothing behind', async () => {
    const { cluster, first, second, caller } = await waiting()
    let line: string[] | undefined
    second.promise.catch(() => (line = cluster.line()))
    caller.abort('enough')
    await settle()
    expect(second.error).toBe('enough')
    expect(line).toEqual(['n0'])
    await first.resign()
    expect(cluster.clock.timers).toBe(0)
  })

  it.each(['openSession', 'createOrdered', 'predecessor'] as const)(
    'that is cancelled during %s leaves no key',
    async (method) => {
      for (const when of ['before', 'after'] as const) {
        const cluster = new Cluster()
        const node = cluster.node('a')
        const hold = node.store.hold(method, when)
        const caller = new AbortController()
        const campaign = node.campaign({ signal: caller.signal })
        await hold.reached
        caller.abort('enough')
        hold.release()
        await settle()
        expect(campaign.error).toBe('enough')
        expect(cluster.keys()).toEqual([])
        if (method !== 'openSession') expect(cluster.clock.timers).toBe(0)
      }
    },
  )

  it('that is cancelled while it is out of reach rejects within one TTL, and its key goes', async () => {
    const { cluster, b, second, caller } = await waiting()
    b.link.cut()
    caller.abort('enough')
    await cluster.clock.advance(TTL)
    expect(second.error).toBe('enough')
    expect(cluster.line()).toEqual(['n0'])
  })

  it('has no I/O when it was cancelled before', async () => {
    const node = new Cluster().node('a')
    await expect(node.election.campaign({ signal: AbortSignal.abort('before') })).rejects.toBe('before')
    expect(node.store.sessions).toEqual([])
  })

  it('stands again when its session was lost, and leads in the end', async () => {
    const { cluster, b, first, second } = await waiting()
    b.link.cut()
    await cluster.clock.advance(3 * TTL)
    expect(second.settled).toBe(false)
    b.link.heal()
    await cluster.clock.until(() => cluster.line().length === 2, 3000)
    await first.resign()
    await settle()
    expect(second.state).toBe('resolved')
  })

  it('rejects when the store is closed', async () => {
    const { b, second } = await waiting()
    await b.store.close()
    await settle()
    expect(second.error).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'store closed' })
  })

  it('is not stuck when the notification of the change was lost', async () => {
    const cluster = new Cluster()
    const [a, b] = cluster.nodes(2) as [Node, Node]
    b.store.deaf = true
    const [first, second] = await cluster.campaign(a, b)
    await first!.value.resign()
    expect(await cluster.clock.until(() => second!.settled)).toBeLessThanOrEqual(0.6 * TTL)
  })

  it('leaves one key when the answer to its creation was lost', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a')
    const hold = node.store.hold('createOrdered', 'before')
    const campaign = node.campaign()
    await hold.reached
    node.link.loseNextAnswer()
    hold.release()
    await cluster.clock.until(() => campaign.settled)
    expect(cluster.keys()).toHaveLength(1)
    expect(campaign.state).toBe('resolved')
  })
})

describe('a campaign at its first attempt', () => {
  it('rejects with UNAVAILABLE when the store is out of reach', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a')
    node.link.cut()
    const campaign = node.campaign()
    await cluster.clock.advance(2000)
    expect(campaign.error).toMatchObject({ code: 'UNAVAILABLE' })
    node.link.heal()
    expect((await node.election.campaign()).signal.aborted).toBe(false)
  })

  it('closes the session it opened when the key could not be created', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a')
    const denied = new ConsensusError('ACCESS_DENIED', 'no')
    node.store.fail('createOrdered', denied)
    await expect(node.election.campaign()).rejects.toBe(denied)
    expect(cluster.clock.timers).toBe(0)
  })
})

describe('one object', () => {
  it('has one candidacy at a time', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a')
    const campaign = node.campaign()
    await expect(node.election.campaign()).rejects.toThrow(TypeError)
    await settle()
    await expect(node.election.campaign()).rejects.toThrow(TypeError)
    await expect(node.election.run(() => {})).rejects.toThrow(TypeError)
    await campaign.value.resign()
    const again = await node.election.campaign()
    expect(again.fencingToken).toBeGreaterThan(campaign.value.fencingToken)
  })

  it('may not stand again while its lost leadership has not been given back', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a')
    const [campaign] = await cluster.campaign(node)
    cluster.server.endSession(node.store.sessions[0]!.id)
    await settle()
    await expect(node.election.campaign()).rejects.toThrow(/resign first/)
    await campaign!.value.resign()
    await node.election.campaign()
  })
})

describe('standby', () => {
  it('is told once for each candidacy that has to wait, and its signal fires when elected', async () => {
    const calls: Standby[] = []
    const { cluster, first } = await waiting((standby) => void calls.push(standby))
    await cluster.clock.advance(5 * TTL)
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({ id: 'n1', fencingToken: first.fencingToken + 1n })
    expect(calls[0]!.signal.aborted).toBe(false)
    await first.resign()
    await settle()
    expect(calls[0]!.signal.aborted).toBe(true)
  })

  it('is told again when the session was lost, after its signal has fired', async () => {
    const calls: Standby[] = []
    const { cluster, b } = await waiting((standby) => void calls.push(standby))
    b.link.cut()
    await cluster.clock.advance(TTL)
    expect(calls[0]!.signal.aborted).toBe(true)
    b.link.heal()
    await cluster.clock.until(() => calls.length === 2)
    expect(calls[1]!.fencingToken).toBeGreaterThan(calls[0]!.fencingToken)
  })

  it('may listen to its signal as often as it likes, and so may a leader', async () => {
    const calls: Standby[] = []
    const { first } = await waiting((standby) => void calls.push(standby))
    const warnings: Error[] = []
    const collect = (warning: Error) => void warnings.push(warning)
    process.on('warning', collect)
    for (const signal of [calls[0]!.signal, first.signal]) {
      for (let i = 0; i < 20; i++) signal.addEventListener('abort', () => undefined)
    }
    await new Promise(setImmediate)
    process.off('warning', collect)
    expect(warnings).toEqual([])
  })

  it('is not told to who need not wait', async () => {
    const calls: Standby[] = []
    await new Cluster().node('a').election.campaign({ standby: (standby) => void calls.push(standby) })
    expect(calls).toEqual([])
  })

  it('that fails ends the campaign with its error, once the key is gone', async () => {
    const broken = new Error('cannot warm up')
    for (const fail of [
      () => Promise.reject(broken),
      () => {
        throw broken
      },
    ]) {
      const { cluster, second } = await waiting(fail)
      expect(second.error).toBe(broken)
      expect(cluster.line()).toEqual(['n0'])
    }
  })

  it('does no harm by failing when its signal has fired', async () => {
    const { first, second } = await waiting(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    )
    await first.resign()
    await settle()
    expect(second.state).toBe('resolved')
    expect(second.value.signal.aborted).toBe(false)
  })

  it('is not waited for', async () => {
    const { first, second } = await waiting(() => new Promise(() => {}))
    await first.resign()
    await settle()
    expect(second.state).toBe('resolved')
  })
})
