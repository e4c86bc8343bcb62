import { describe, expect, it } from 'vitest'
import { KeptSession, type SessionBackend, StoreLife } from '../src/adapter.js'
import { ConsensusError, type ErrorCode } from '../src/index.js'
import { deferred, Pending } from './pending.js'
import { VirtualClock } from './virtual-clock.js'

function open() {
  const clock = new VirtualClock()
  return { clock, life: new StoreLife({ clock }) }
}

function session(clock: VirtualClock, end: SessionBackend['end'] = async () => {}): KeptSession {
  const backend: SessionBackend = {
    renew: async () => clock.now(),
    create: () => Promise.reject(new Error('not in this test')),
    remove: async () => true,
    end,
  }
  const options = { clock, id: 's1', ttlMs: 9000, heldSinceMs: clock.now(), requestTimeoutMs: 1000, backend }
  return new KeptSession(options)
}

/** A watch of numbers whose feed a test leads; collects what a reader sees. */
function watching(life: StoreLife, runs: ((show: (state: number) => void) => Promise<void>)[], signal?: AbortSignal) {
  const seen: number[] = []
  const signals: AbortSignal[] = []
  const states = life.watch<number>({
    signal,
    same: (a, b) => a === b,
    feed: async (signal, show) => {
      signals.push(signal)
      await (runs[signals.length - 1] ?? (() => new Promise<void>(() => undefined)))(show)
    },
  })
  const read = async () => {
    for await (const state of states) seen.push(state)
  }
  return { seen, signals, ended: new Pending(read()) }
}

const failing = (code: ErrorCode) => Promise.reject(new ConsensusError(code, 'of the feed'))

describe('a watch', () => {
  it('runs its feed again after each failure that waiting mends, and shows no state twice', async () => {
    const { clock, life } = open()
    const { seen, signals } = watching(life, [
      async (show) => {
        show(1)
        await failing('UNAVAILABLE')
      },
      () => failing('BACKEND'),
      async (show) => {
        show(1)
        show(2)
      },
      async (show) => show(2),
    ])
    await clock.until(() => signals.length === 5)
    expect(seen).toEqual([1, 2])
  })

  it.each(['ACCESS_DENIED', 'STORE_CLOSED'] as const)('ends with %s', async (code) => {
    const { clock, life } = open()
    const { ended } = watching(life, [() => failing(code)])
    await clock.advance(0)
    expect(ended.error).toMatchObject({ code })
    expect(clock.timers).toBe(0)
  })

  it('ends with what is no error of a store, as it is a fault of the program', async () => {
    const { clock, life } = open()
    const { ended } = watching(life, [() => Promise.reject(new TypeError('a bug'))])
    await clock.advance(0)
    expect(ended.error).toEqual(new TypeError('a bug'))
  })

  it('stops its feed when nobody watches any more', async () => {
    const { clock, life } = open()
    const stopped = new AbortController()
    const { signals, ended } = watching(life, [], stopped.signal)
    await clock.advance(0)
    stopped.abort(new Error('enough'))
    await clock.advance(0)
    expect(ended.error).toEqual(new Error('enough'))
    expect(signals[0]?.aborted).toBe(true)
    expect(clock.timers).toBe(0)
  })

  it('pauses longer from failure to failure, up to two seconds', async () => {
    const { clock, life } = open()
    const { signals } = watching(
      life,
      Array.from({ length: 50 }, () => () => failing('UNAVAILABLE')),
    )
    await clock.advance(60_000)
    expect(signals.length).toBeGreaterThan(30)
    expect(signals.length).toBeLessThan(50)
  })
})

describe('the end of a store', () => {
  it('ends its watches and its sessions, and releases the client last', async () => {
    const { clock, life } = open()
    const order: string[] = []
    const ending = deferred<undefined>()
    const kept = await life.openSession(undefined, async () =>
      session(clock, async () => {
        order.push('end')
        await ending.promise
        order.push('ended')
      }),
    )
    const { ended } = watching(life, [])
    const closed = life.close(() => void order.push('released'))
    expect(life.close(() => void order.push('again'))).toBe(closed)
    await clock.advance(0)
    expect(ended.error).toMatchObject({ code: 'STORE_CLOSED' })
    expect(kept.ended.reason).toMatchObject({ code: 'STORE_CLOSED' })
    expect(order).toEqual(['end'])
    ending.resolve(undefined)
    await closed
    expect(order).toEqual(['end', 'ended', 'released'])
    expect(() => life.assertOpen()).toThrow('closed')
  })

  it('waits for a session that its holder is closing', async () => {
    const { clock, life } = open()
    const ending = deferred<undefined>()
    const kept = await life.openSession(undefined, async () => session(clock, () => ending.promise))
    const closing = kept.close()
    await clock.advance(0)
    const closed = new Pending(life.close(() => undefined))
    await clock.advance(0)
    expect(closed.settled).toBe(false)
    ending.resolve(undefined)
    await closing
    await clock.advance(0)
    expect(closed.settled).toBe(true)
  })

  it('waits for a session that is being opened, and ends it', async () => {
    const { clock, life } = open()
    const granted = deferred<KeptSession>()
    const opening = new Pending(life.openSession(undefined, () => granted.promise))
    const closed = new Pending(life.close(() => undefined))
    await clock.advance(0)
    expect(closed.settled).toBe(false)
    const late = session(clock)
    granted.resolve(late)
    await clock.advance(0)
    expect(opening.error).toMatchObject({ code: 'STORE_CLOSED' })
    expect(late.ended.reason).toMatchObject({ code: 'STORE_CLOSED' })
    expect(closed.settled).toBe(true)
  })

  it('ends a session that is granted after its caller went away', async () => {
    const { clock, life } = open()
    const granted = deferred<KeptSession>()
    const stopped = new AbortController()
    const opening = new Pending(life.openSession(stopped.signal, () => granted.promise))
    stopped.abort(new Error('enough'))
    const late = session(clock)
    granted.resolve(late)
    await clock.advance(0)
    expect(opening.error).toEqual(new Error('enough'))
    expect(late.ended.reason).toMatchObject({ code: 'SESSION_CLOSED' })
  })
})
