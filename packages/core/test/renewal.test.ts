import { describe, expect, it } from 'vitest'
import { CLOCK_STEP_MS, DRIFT_MARGIN, Renewal, type RenewalOptions } from '../src/adapter.js'
import { ConsensusError, isConsensusError } from '../src/index.js'
import { deferred, type Deferred } from './pending.js'
import { settle, VirtualClock } from './virtual-clock.js'

const TTL = 9000
const MARGIN = TTL * DRIFT_MARGIN + CLOCK_STEP_MS
const down = new ConsensusError('UNAVAILABLE', 'down')

type Answer = () => Promise<number>

/** A renewal in virtual time, with the times of its attempts and of its end. */
class Subject {
  readonly clock = new VirtualClock()
  readonly startMs = this.clock.now()
  readonly sentMs: number[] = []
  readonly endedMs: number[] = []
  readonly renewal: Renewal
  answer: Answer = async () => this.clock.now()

  constructor(options: Partial<RenewalOptions> = {}) {
    const renew = () => {
      this.sentMs.push(this.clock.now() - this.startMs)
      return this.answer()
    }
    const { clock, startMs } = this
    this.renewal = new Renewal({ clock, id: 's1', ttlMs: TTL, heldSinceMs: startMs, renew, ...options })
    this.renewal.ended.addEventListener('abort', () => this.endedMs.push(clock.now() - startMs))
  }

  get reason(): unknown {
    return this.renewal.ended.reason as unknown
  }
}

describe('a renewal', () => {
  it('is sent every third of the TTL, counted from sending', async () => {
    const subject = new Subject()
    subject.answer = async () => {
      const sentMs = subject.clock.now()
      await new Promise<void>((resolve) => subject.clock.setTimeout(resolve, 500))
      return sentMs
    }
    await subject.clock.advance(5 * TTL)
    expect(subject.sentMs.slice(0, 5)).toEqual([3000, 6000, 9000, 12_000, 15_000])
    expect(subject.endedMs).toEqual([])
  })

  it('keeps a session for ever while it is answered, with two timers', async () => {
    const subject = new Subject()
    await subject.clock.advance(100 * TTL)
    expect(subject.renewal.remainingMs()).toBeGreaterThan(TTL / 2)
    expect(subject.clock.timers).toBe(2)
  })

  it('that failed is tried again quickly', async () => {
    const subject = new Subject()
    subject.answer = () => Promise.reject(down)
    await subject.clock.advance(TTL)
    const pauses = subject.sentMs.slice(1).map((ms, i) => ms - subject.sentMs[i]!)
    expect(pauses[0]).toBeLessThanOrEqual(TTL / 60)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(TTL / 12)
    expect(pauses.length).toBeGreaterThan(8)
  })

  it('goes back to its schedule after a failure', async () => {
    const subject = new Subject()
    const answers: Answer[] = [() => Promise.reject(down), () => Promise.reject(new Error('odd'))]
    subject.answer = () => (answers.shift() ?? (async () => subject.clock.now()))()
    await subject.clock.advance(3 * TTL)
    const [third, fourth] = [subject.sentMs[2]!, subject.sentMs[3]!]
    expect(fourth - third).toBe(TTL / 3)
    expect(subject.endedMs).toEqual([])
  })

  it('that is not answered is given up after a sixth of the TTL, so that two more fit in', async () => {
    const subject = new Subject()
    subject.answer = () => new Promise(() => {})
    await subject.clock.advance(TTL)
    expect(subject.sentMs[0]).toBe(3000)
    expect(subject.sentMs[1]).toBeGreaterThan(4500)
    expect(subject.sentMs[1]).toBeLessThanOrEqual(4500 + TTL / 60)
    expect(subject.sentMs.length).toBeGreaterThanOrEqual(3)
  })

  it('is neither sent nor counted after the end', async () => {
    const subject = new Subject()
    const answer = deferred<number>()
    subject.answer = () => answer.promise
    await subject.clock.advance(3000)
    subject.renewal.end(new ConsensusError('SESSION_CLOSED', 'closed'))
    answer.resolve(subject.clock.now())
    await subject.clock.advance(10 * TTL)
    expect(subject.renewal.remainingMs()).toBe(0)
    expect(subject.sentMs).toEqual([3000])
  })
})

describe('the local deadline', () => {
  it('is one TTL, less the margin, after the request for the session', async () => {
    const subject = new Subject()
    subject.answer = () => Promise.reject(down)
    expect(subject.renewal.remainingMs()).toBe(TTL - MARGIN)
    await subject.clock.advance(TTL)
    expect(subject.endedMs).toEqual([TTL - MARGIN])
    expect(isConsensusError(subject.reason, 'SESSION_LOST')).toBe(true)
    expect((subject.reason as Error).cause).toBe(down)
  })

  it('counts from the sending of a renewal, not from its answer', async () => {
    const subject = new Subject()
    const answer = deferred<number>()
    subject.answer = () => (subject.sentMs.length === 1 ? answer.promise : Promise.reject(down))
    await subject.clock.advance(3000)
    const sentMs = subject.clock.now()
    await subject.clock.advance(1000)
    answer.resolve(sentMs)
    await settle()
    expect(subject.renewal.remainingMs()).toBe(TTL - MARGIN - 1000)
    await subject.clock.advance(2 * TTL)
    expect(subject.endedMs).toEqual([3000 + TTL - MARGIN])
  })

  it('is moved by an answer that comes after its attempt was given up', async () => {
    const subject = new Subject()
    const answers: Deferred<number>[] = []
    subject.answer = () => (answers.push(deferred<number>()), answers.at(-1)!.promise)
    await subject.clock.advance(6000)
    answers[0]!.resolve(subject.startMs + 3000)
    await settle()
    expect(subject.renewal.remainingMs()).toBe(3000 + TTL - MARGIN - 6000)
  })

  it('is never moved back by an older answer', async () => {
    const subject = new Subject()
    const old = deferred<number>()
    subject.answer = () => (subject.sentMs.length === 1 ? old.promise : Promise.resolve(subject.clock.now()))
    await subject.clock.advance(5000)
    const before = subject.renewal.remainingMs()
    expect(before).toBeGreaterThan(TTL - MARGIN - 500)
    old.resolve(subject.startMs + 3000)
    await settle()
    expect(subject.renewal.remainingMs()).toBe(before)
  })

  it('is not moved by an answer that is read after it has passed', async () => {
    const subject = new Subject()
    const answer = deferred<number>()
    subject.answer = () => answer.promise
    await subject.clock.advance(3000)
    subject.clock.jump(TTL)
    answer.resolve(subject.startMs + 3000)
    await settle()
    expect(subject.renewal.remainingMs()).toBe(0)
    expect(subject.endedMs).toHaveLength(1)
  })

  it('is known at the first look after a stall: 0 milliseconds, and ended has fired', () => {
    const subject = new Subject()
    subject.clock.jump(TTL)
    expect(subject.renewal.remainingMs()).toBe(0)
    expect(subject.endedMs).toEqual([TTL])
    expect(subject.clock.timers).toBe(0)
    expect(isConsensusError(subject.reason, 'SESSION_LOST')).toBe(true)
  })

  it('passes without a look at it as well', async () => {
    const subject = new Subject()
    subject.clock.jump(TTL)
    await subject.clock.advance(0)
    expect(subject.endedMs).toEqual([TTL])
    expect(subject.sentMs).toEqual([])
  })
})

describe('the end of a renewal', () => {
  it.each(['SESSION_LOST', 'SESSION_CLOSED', 'STORE_CLOSED'] as const)(
    'comes at once when the store says %s',
    async (code) => {
      const subject = new Subject()
      const gone = new ConsensusError(code, 'gone')
      subject.answer = () => Promise.reject(gone)
      await subject.clock.advance(3000)
      expect(subject.endedMs).toEqual([3000])
      expect(subject.reason).toBe(gone)
    },
  )

  it('comes once, for the first reason, and leaves no timer', async () => {
    const subject = new Subject()
    subject.answer = () => new Promise(() => {})
    await subject.clock.advance(3100)
    const first = new ConsensusError('SESSION_CLOSED', 'first')
    subject.renewal.end(first)
    subject.renewal.end(new ConsensusError('STORE_CLOSED', 'second'))
    await settle()
    expect(subject.clock.timers).toBe(0)
    await subject.clock.advance(2 * TTL)
    expect(subject.endedMs).toEqual([3100])
    expect(subject.reason).toBe(first)
  })

  it('leaves no timer when the store ended it or the deadline passed', async () => {
    for (const answer of [
      () => Promise.reject(new ConsensusError('SESSION_LOST', 'x')),
      () => new Promise<number>(() => {}),
    ]) {
      const subject = new Subject()
      subject.answer = answer
      await subject.clock.advance(2 * TTL)
      expect(subject.endedMs).toHaveLength(1)
      expect(subject.clock.timers).toBe(0)
    }
  })

  it('tells the attempt that is under way', async () => {
    let told: AbortSignal | undefined
    const subject = new Subject({ renew: (signal) => ((told = signal), new Promise(() => {})) })
    await subject.clock.advance(3000)
    subject.renewal.end(new ConsensusError('SESSION_CLOSED', 'closed'))
    expect(told?.aborted).toBe(true)
  })

  it('survives a renew that throws instead of rejecting', async () => {
    const broken = () => {
      throw new Error('bug')
    }
    const subject = new Subject({ renew: broken })
    await subject.clock.advance(TTL)
    expect(subject.endedMs).toEqual([TTL - MARGIN])
  })
})
