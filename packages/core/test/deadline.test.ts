import { describe, expect, it } from 'vitest'
import { abortable, backoffMs, onAbort, retryTransient, sleep, withDeadline } from '../src/adapter.js'
import { ConsensusError, isConsensusError } from '../src/index.js'
import { deferred, Pending } from './pending.js'
import { settle, VirtualClock } from './virtual-clock.js'

const never = new Promise<never>(() => {})
const stop = new Error('stop')
const late = new ConsensusError('OUTCOME_UNKNOWN', 'late')

describe('a request with a deadline', () => {
  const limits = (clock: VirtualClock, signal?: AbortSignal) => ({
    clock,
    timeoutMs: 100,
    signal,
    onTimeout: () => late,
  })

  it('settles like the operation and leaves no timer', async () => {
    const clock = new VirtualClock()
    expect(await withDeadline(limits(clock), async () => 1)).toBe(1)
    await expect(withDeadline(limits(clock), () => Promise.reject(stop))).rejects.toBe(stop)
    expect(clock.timers).toBe(0)
  })

  it('rejects when the time is over, and tells the operation', async () => {
    const clock = new VirtualClock()
    let told: AbortSignal | undefined
    const request = new Pending(withDeadline(limits(clock), (signal) => ((told = signal), never)))
    await clock.advance(99)
    expect(request.settled).toBe(false)
    await clock.advance(1)
    expect(request.error).toBe(late)
    expect(told?.reason).toBe(late)
  })

  it('rejects with the reason of the caller, untouched, and leaves no timer', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const request = new Pending(withDeadline(limits(clock, caller.signal), () => never))
    caller.abort('why not')
    await settle()
    expect(request.error).toBe('why not')
    expect(clock.timers).toBe(0)
  })

  it('does no work when the caller has stopped waiting before', async () => {
    let started = false
    const work = () => ((started = true), never)
    await expect(withDeadline(limits(new VirtualClock(), AbortSignal.abort(stop)), work)).rejects.toBe(stop)
    expect(started).toBe(false)
  })

  it('ignores what the operation does afterwards, rejection included', async () => {
    const clock = new VirtualClock()
    const operation = deferred()
    const request = new Pending(withDeadline(limits(clock), () => operation.promise))
    await clock.advance(100)
    operation.reject(new Error('too late'))
    await settle()
    expect(request.error).toBe(late)
  })

  it('leaves no timer when the operation throws instead of rejecting', async () => {
    const clock = new VirtualClock()
    const broken = () => {
      throw stop
    }
    await expect(withDeadline(limits(clock), broken)).rejects.toBe(stop)
    expect(clock.timers).toBe(0)
  })
})

describe('sleep', () => {
  it('resolves after the delay and not before', async () => {
    const clock = new VirtualClock()
    const slept = new Pending(sleep(clock, 50))
    await clock.advance(49)
    expect(slept.settled).toBe(false)
    await clock.advance(1)
    expect(slept.state).toBe('resolved')
  })

  it('rejects with the reason of an abort and leaves no timer', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const slept = new Pending(sleep(clock, 50, caller.signal))
    caller.abort(stop)
    await settle()
    expect(slept.error).toBe(stop)
    await expect(sleep(clock, 50, caller.signal)).rejects.toBe(stop)
    expect(clock.timers).toBe(0)
  })
})

describe('an abort', () => {
  it('calls back once, at once if it has happened, and not after the removal', () => {
    const reasons: unknown[] = []
    onAbort(AbortSignal.abort(1), (reason) => reasons.push(reason))
    const caller = new AbortController()
    onAbort(caller.signal, (reason) => reasons.push(reason))
    onAbort(caller.signal, () => reasons.push('removed'))()
    onAbort(undefined, () => reasons.push('no signal'))()
    caller.abort(2)
    expect(reasons).toEqual([1, 2])
  })

  it('rejects at once, and a result that comes later is given back, not dropped', async () => {
    const caller = new AbortController()
    const work = deferred<string>()
    const given: string[] = []
    const waiting = new Pending(abortable(work.promise, caller.signal, (value) => given.push(value)))
    caller.abort(stop)
    await settle()
    expect(waiting.error).toBe(stop)
    work.resolve('entry')
    await settle()
    expect(given).toEqual(['entry'])
  })

  it('hides no failure that came first, and none that comes later is unhandled', async () => {
    const caller = new AbortController()
    await expect(abortable(Promise.reject(stop), caller.signal)).rejects.toBe(stop)
    const work = deferred()
    const waiting = new Pending(abortable(work.promise, AbortSignal.abort(stop)))
    work.reject(new Error('later'))
    await settle()
    expect(waiting.error).toBe(stop)
  })
})

describe('a retried request', () => {
  const failing = (...errors: unknown[]) => {
    const attempts: unknown[] = []
    const attempt = async () => {
      attempts.push(0)
      if (attempts.length <= errors.length) throw errors[attempts.length - 1]
      return 'done'
    }
    return { attempts, attempt }
  }
  const down = new ConsensusError('UNAVAILABLE', 'down')

  it('is repeated after UNAVAILABLE and OUTCOME_UNKNOWN', async () => {
    const clock = new VirtualClock()
    const { attempt, attempts } = failing(down, late, down)
    const request = new Pending(retryTransient({ clock, timeoutMs: 5000 }, attempt))
    await clock.advance(5000)
    expect(request.value).toBe('done')
    expect(attempts).toHaveLength(4)
  })

  it('rejects at once with any other failure', async () => {
    const denied = new ConsensusError('ACCESS_DENIED', 'no')
    const { attempt, attempts } = failing(denied)
    await expect(retryTransient({ clock: new VirtualClock(), timeoutMs: 5000 }, attempt)).rejects.toBe(denied)
    expect(attempts).toHaveLength(1)
  })

  it('starts no attempt when the time is over, and never says "did not happen" after a doubt', async () => {
    const clock = new VirtualClock()
    const startedMs = clock.now()
    let lastMs = 0
    let first = true
    const attempt = () => {
      lastMs = clock.now() - startedMs
      const error = first ? late : down
      first = false
      return Promise.reject(error)
    }
    const request = new Pending(retryTransient({ clock, timeoutMs: 2000 }, attempt))
    await clock.advance(10_000)
    expect(isConsensusError(request.error, 'OUTCOME_UNKNOWN')).toBe(true)
    expect(lastMs).toBeLessThan(2000)
    expect(lastMs).toBeGreaterThan(1000)
  })

  it('is tried once even if there is no time', async () => {
    const { attempt } = failing()
    expect(await retryTransient({ clock: new VirtualClock(), timeoutMs: 0 }, attempt)).toBe('done')
  })

  it('stops between attempts when its signal aborts', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const options = { clock, timeoutMs: 60_000, signal: caller.signal }
    const request = new Pending(retryTransient(options, () => Promise.reject(down)))
    await clock.advance(1000)
    caller.abort(stop)
    await settle()
    expect(request.error).toBe(stop)
    expect(clock.timers).toBe(0)
  })
})

describe('a pause between retries', () => {
  it('is between a half and the whole of a ceiling that doubles up to its maximum', () => {
    for (let retry = 0; retry < 2000; retry++) {
      const ceiling = Math.min(1000, 10 * 2 ** retry)
      expect(backoffMs(retry, { firstMs: 10, maxMs: 1000, random: () => 0 })).toBe(ceiling / 2)
      expect(backoffMs(retry, { firstMs: 10, maxMs: 1000, random: () => 0.999999 })).toBeCloseTo(ceiling, 2)
    }
  })
})
