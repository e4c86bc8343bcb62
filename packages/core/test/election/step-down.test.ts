import { describe, expect, it } from 'vitest'
import { Cluster, TTL } from '../cluster.js'
import { Pending } from '../pending.js'
import { ProcessClock } from '../process-clock.js'
import { CLOCK_STEP_MS, DRIFT_MARGIN } from '../../src/adapter.js'

const MARGIN = TTL * DRIFT_MARGIN + CLOCK_STEP_MS
const bytes = new Uint8Array([1])

/** A leader and its successor, and when each thing happened to them. */
async function pair(leaderClock?: (cluster: Cluster) => ProcessClock) {
  const cluster = new Cluster()
  const a = cluster.node('a', leaderClock ? { clock: leaderClock(cluster) } : {})
  const b = cluster.node('b')
  const campaigns = await cluster.campaign(a, b)
  const leadership = campaigns[0]!.value
  const times: { signal?: number; successor?: number } = {}
  const startedMs = cluster.clock.now()
  leadership.signal.addEventListener('abort', () => (times.signal = cluster.clock.now() - startedMs))
  new Pending(campaigns[1]!.promise.then(() => (times.successor = cluster.clock.now() - startedMs)))
  return { cluster, a, b, leadership, successor: campaigns[1]!, times }
}

describe('a leader that is cut off', () => {
  it('is told to stop two thirds of a TTL, less the margin, after the last renewal that was sent', async () => {
    const { cluster, a, leadership, times } = await pair()
    await cluster.clock.advance(TTL / 3 + 100) // renewed at TTL / 3
    a.link.cut()
    await cluster.clock.advance(2 * TTL)
    expect(times.signal).toBeCloseTo(TTL / 3 + (2 / 3) * TTL - MARGIN, 3)
    expect(leadership.signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'session lost' })
  })

  it('has a third of a TTL left to stop in when it is told', async () => {
    const { cluster, a, leadership } = await pair()
    a.link.cut()
    await cluster.clock.until(() => leadership.signal.aborted)
    expect(leadership.remainingMs()).toBeCloseTo(TTL / 3, 3)
    await cluster.clock.advance(TTL / 3)
    expect(leadership.remainingMs()).toBe(0)
  })

  it('is told before its successor leads, whenever the cut comes', async () => {
    for (let cutMs = 0; cutMs < TTL; cutMs += 271) {
      const { cluster, a, times } = await pair()
      await cluster.clock.advance(cutMs)
      a.link.cut()
      await cluster.clock.until(() => times.successor !== undefined)
      expect(times.signal).toBeLessThanOrEqual(times.successor! - TTL / 3)
    }
  })

  it('goes on leading when it is back in time', async () => {
    const { cluster, a, leadership, successor } = await pair()
    a.link.cut()
    await cluster.clock.advance(TTL / 2)
    a.link.heal()
    await cluster.clock.advance(5 * TTL)
    expect(leadership.signal.aborted).toBe(false)
    leadership.assertValid()
    expect(successor.settled).toBe(false)
  })

  it('stays deposed when it is back after it was told', async () => {
    const { cluster, a, leadership, successor } = await pair()
    a.link.cut()
    await cluster.clock.advance(TTL * 0.75)
    a.link.heal()
    await cluster.clock.advance(TTL / 6)
    expect(() => leadership.assertValid()).toThrow(/must stop/)
    await leadership.resign()
    await cluster.clock.advance(0)
    expect(successor.state).toBe('resolved')
  })
})

describe('a leader that stood still', () => {
  it('knows at the first look that it is in doubt, before any timer has fired', async () => {
    const { cluster, leadership } = await pair()
    cluster.clock.jump(TTL * 0.7)
    expect(leadership.signal.aborted).toBe(false)
    expect(() => leadership.assertValid()).toThrow(expect.objectContaining({ code: 'LEADERSHIP_LOST' }))
    expect(leadership.signal.aborted).toBe(true)
  })

  it('has no milliseconds left at the first look after a whole TTL', async () => {
    const { cluster, leadership } = await pair()
    cluster.clock.jump(TTL)
    expect(leadership.remainingMs()).toBe(0)
    expect(() => leadership.assertValid()).toThrow(/stood still/)
  })

  it('is refused by the store once it is deposed, whatever it believes', async () => {
    let process!: ProcessClock
    const { cluster, a, b, leadership, successor } = await pair((each) => (process = new ProcessClock(each.clock)))
    await leadership.put('work/cursor', bytes)
    process.pause()
    a.link.cut() // a stopped process reads nothing either
    await cluster.clock.until(() => successor.settled)
    expect(leadership.signal.aborted).toBe(false) // its event loop has not run
    a.link.heal()
    const writes = [leadership.put('work/cursor', new Uint8Array([2])), leadership.delete('work/cursor')]
    const outcomes = writes.map((write) => new Pending<unknown>(write))
    expect(leadership.remainingMs()).toBe(0)
    expect(() => leadership.assertValid()).toThrow(expect.objectContaining({ ending: 'session lost' }))
    await cluster.clock.advance(0)
    expect(outcomes.map(({ error }) => error)).toMatchObject([{ code: 'GUARD_FAILED' }, { code: 'GUARD_FAILED' }])
    expect((await b.store.get('work/cursor'))?.value).toEqual(bytes)
    process.resume()
  })

  it('may write while its key lives, and nobody owns what it wrote', async () => {
    const { leadership, b } = await pair()
    await leadership.put('work/cursor', bytes)
    expect(await b.store.get('work/cursor')).toMatchObject({ value: bytes, session: undefined })
    expect(await leadership.delete('work/cursor')).toBe(true)
    expect(await leadership.delete('work/cursor')).toBe(false)
  })
})

describe('a leader whose session was ended by hand', () => {
  it('is told as soon as it hears of it', async () => {
    const { cluster, a, leadership } = await pair()
    cluster.server.endSession(a.store.sessions[0]!.id)
    await cluster.clock.advance(0)
    expect(leadership.signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST' })
    expect(leadership.remainingMs()).toBe(0)
  })
})

describe('a leader whose session has run out unnoticed', () => {
  it('learns it from a write that its gone key refuses, before any timer rings', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a')
    node.store.deaf = true
    const [campaign] = await cluster.campaign(node)
    const leadership = campaign!.value
    cluster.server.delete(cluster.keys()[0]!, undefined)
    node.store.leftMs = 0
    await expect(leadership.put('cursor', bytes)).rejects.toMatchObject({ code: 'GUARD_FAILED' })
    expect(leadership.signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'session lost' })
  })
})
