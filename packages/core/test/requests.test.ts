import { describe, expect, it } from 'vitest'
import { Requests } from '../src/adapter.js'
import { ConsensusError, type ErrorCode } from '../src/index.js'
import { Pending } from './pending.js'
import { VirtualClock } from './virtual-clock.js'

const TIMEOUT = 3000

/** Servers a, b, c, … whose answers a test decides, and the order in which they were asked. */
function servers(names: string, answer: (host: string, attempt: number) => ErrorCode | 'silence' | 'ok') {
  const clock = new VirtualClock()
  const asked: string[] = []
  const requests = new Requests({ clock, hosts: names.split(''), requestTimeoutMs: TIMEOUT })
  const send = async (host: string) => {
    asked.push(host)
    const outcome = answer(host, asked.length)
    if (outcome === 'silence') return new Promise<string>(() => undefined)
    const cause = new Error('of the client')
    if (outcome !== 'ok') throw new ConsensusError(outcome, `${host} says ${outcome}`, { cause })
    return host
  }
  return { clock, asked, requests, send }
}

describe('an idempotent request', () => {
  it('goes to the next server when one is gone, and stays there', async () => {
    const { clock, asked, requests, send } = servers('abc', (host) => (host === 'a' ? 'UNAVAILABLE' : 'ok'))
    for (let i = 0; i < 2; i++) {
      const read = new Pending(requests.idempotent('read', {}, send))
      await clock.advance(0)
      expect(read.value).toBe('b')
    }
    expect(asked).toEqual(['a', 'b', 'b'])
  })

  it('goes to the next server when one is silent for its share of the time', async () => {
    const { clock, asked, requests, send } = servers('abc', (host) => (host === 'c' ? 'ok' : 'silence'))
    const read = new Pending(requests.idempotent('read', {}, send))
    await clock.advance(TIMEOUT - 1)
    expect(read.value).toBe('c')
    expect(asked).toEqual(['a', 'b', 'c'])
    expect(clock.timers).toBe(0)
  })

  it('is repeated with pauses while the only server is gone', async () => {
    const { clock, asked, requests, send } = servers('a', (_, attempt) => (attempt < 5 ? 'OUTCOME_UNKNOWN' : 'ok'))
    const read = new Pending(requests.idempotent('read', {}, send))
    await clock.until(() => read.settled)
    expect(read.value).toBe('a')
    expect(asked).toHaveLength(5)
  })

  it.each(['a', 'ab', 'abcd'])('settles within the request timeout when all of %s are silent', async (names) => {
    const { clock, requests, send } = servers(names, () => 'silence')
    const read = new Pending(requests.idempotent('read', {}, send))
    await clock.advance(TIMEOUT)
    expect(read.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(clock.timers).toBe(0)
  })

  it('settles within the request timeout when all servers are gone', async () => {
    const { clock, requests, send } = servers('ab', () => 'UNAVAILABLE')
    const read = new Pending(requests.idempotent('read', {}, send))
    await clock.advance(TIMEOUT)
    expect(read.error).toMatchObject({ code: 'UNAVAILABLE' })
    expect(clock.timers).toBe(0)
  })

  it('tells at its deadline what went wrong until then, and that time was up', async () => {
    const { clock, requests, send } = servers('ab', (host) => (host === 'a' ? 'UNAVAILABLE' : 'silence'))
    const read = new Pending(requests.idempotent('read it', {}, send))
    await clock.advance(TIMEOUT)
    const message = `a says UNAVAILABLE; no answer within ${TIMEOUT} ms`
    expect(read.error).toMatchObject({ code: 'OUTCOME_UNKNOWN', message, cause: new Error('of the client') })
  })

  it('tells at its deadline what it was, where nothing answered', async () => {
    const { clock, requests, send } = servers('ab', () => 'silence')
    const read = new Pending(requests.idempotent('read it', {}, send))
    await clock.advance(TIMEOUT)
    expect(read.error).toMatchObject({ message: `could not read it: no answer within ${TIMEOUT} ms` })
  })

  it('is in doubt if one attempt was, whatever the later ones say', async () => {
    const answer = (_: string, attempt: number) => (attempt === 2 ? 'OUTCOME_UNKNOWN' : 'UNAVAILABLE')
    const { clock, requests, send } = servers('ab', answer)
    const read = new Pending(requests.idempotent('read', {}, send))
    await clock.advance(TIMEOUT)
    expect(read.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  })
})

describe('a write', () => {
  it('is sent again only while it was never sent', async () => {
    const { clock, asked, requests, send } = servers('ab', (_, n) => (n < 4 ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN'))
    const write = new Pending(requests.once('write', {}, send))
    await clock.until(() => write.settled)
    expect(write.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(asked).toEqual(['a', 'b', 'a', 'b'])
    expect(requests.preferred).toBe('a')
  })

  it('that a silent server does not answer makes the next one preferred', async () => {
    const { clock, requests, send } = servers('ab', () => 'silence')
    const write = new Pending(requests.once('write', {}, send))
    await clock.advance(TIMEOUT)
    expect(write.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(requests.preferred).toBe('b')
  })
})

describe('every request', () => {
  it('rejects at once with what the server decides', async () => {
    const { asked, requests, send } = servers('ab', () => 'GUARD_FAILED')
    await expect(requests.once('write', {}, send)).rejects.toMatchObject({ code: 'GUARD_FAILED' })
    await expect(requests.idempotent('read', {}, send)).rejects.toMatchObject({ code: 'GUARD_FAILED' })
    expect(asked).toEqual(['a', 'a'])
  })

  it("rejects with the caller's reason, and the server is not to blame", async () => {
    const { clock, requests, send } = servers('ab', () => 'silence')
    const stopped = new AbortController()
    const read = new Pending(requests.idempotent('read', { signal: stopped.signal }, send))
    await clock.advance(10)
    stopped.abort(new Error('enough'))
    await clock.advance(0)
    expect(read.error).toEqual(new Error('enough'))
    expect(requests.preferred).toBe('a')
    expect(clock.timers).toBe(0)
  })

  it('that ends between two attempts blames nobody', async () => {
    let isDown = true
    const { clock, requests, send } = servers('ab', (host) => (isDown || host === 'a' ? 'UNAVAILABLE' : 'ok'))
    const deadline = new AbortController()
    const early = new Pending(requests.once('write', { signal: deadline.signal }, send))
    await clock.advance(1)
    expect(early.settled).toBe(false) // it pauses before the next round
    isDown = false
    const read = new Pending(requests.idempotent('read', {}, send))
    await clock.advance(0)
    expect([read.value, requests.preferred]).toEqual(['b', 'b'])
    deadline.abort(new ConsensusError('OUTCOME_UNKNOWN', 'too late'))
    await clock.advance(0)
    expect(early.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    const never = AbortSignal.abort(new ConsensusError('OUTCOME_UNKNOWN', 'before it began'))
    await expect(requests.once('write', { signal: never }, send)).rejects.toThrow('before it began')
    expect(requests.preferred).toBe('b')
  })

  it('makes the next server preferred when the deadline of the caller has passed', async () => {
    const { clock, requests, send } = servers('ab', () => 'silence')
    const deadline = new AbortController()
    const renewal = new Pending(requests.once('renewal', { signal: deadline.signal }, send))
    await clock.advance(10)
    deadline.abort(new ConsensusError('OUTCOME_UNKNOWN', 'too late'))
    await clock.advance(0)
    expect(renewal.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(requests.preferred).toBe('b')
  })
})
