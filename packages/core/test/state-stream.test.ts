import { describe, expect, it } from 'vitest'
import { stateIterable, type StateSink } from '../src/adapter.js'
import { Pending } from './pending.js'
import { settle } from './virtual-clock.js'

const broken = new Error('broken')

function stream(signal?: AbortSignal, atStart: (sink: StateSink<number>) => void = () => {}) {
  const probe = { starts: 0, stops: 0, sink: undefined as unknown as StateSink<number> }
  const iterable = stateIterable<number>((sink) => {
    probe.starts++
    probe.sink = sink
    atStart(sink)
    return () => probe.stops++
  }, signal)
  return { probe, iterable, iterator: iterable[Symbol.asyncIterator]() }
}

const done = { done: true, value: undefined }

describe('a watch as state', () => {
  it('gives a slow reader the latest state only', async () => {
    const { probe, iterator } = stream()
    for (const state of [1, 2, 3]) probe.sink.push(state)
    expect(await iterator.next()).toEqual({ done: false, value: 3 })
    const waiting = new Pending(iterator.next())
    await settle()
    expect(waiting.settled).toBe(false)
    probe.sink.push(4)
    expect((await waiting.promise).value).toBe(4)
  })

  it('serves readers that wait together in their order', async () => {
    const { probe, iterator } = stream()
    const reads = [iterator.next(), iterator.next(), iterator.next()]
    for (const state of [1, 2, 3]) probe.sink.push(state)
    expect((await Promise.all(reads)).map(({ value }) => value as number)).toEqual([1, 2, 3])
  })

  it('loses neither the last state nor the failure that comes after it', async () => {
    const { probe, iterator } = stream()
    probe.sink.push(1)
    probe.sink.push(2)
    probe.sink.fail(broken)
    probe.sink.push(3)
    expect((await iterator.next()).value).toBe(2)
    await expect(iterator.next()).rejects.toBe(broken)
    expect(await iterator.next()).toEqual(done)
    expect(probe.stops).toBe(1)
  })

  it('ends a next() that is pending when the reader leaves', async () => {
    const { probe, iterator } = stream()
    const reads = [new Pending(iterator.next()), new Pending(iterator.next())]
    expect(await iterator.return!()).toEqual(done)
    await settle()
    expect(reads.map(({ value }) => value)).toEqual([done, done])
    expect(probe.stops).toBe(1)
  })

  it('gives nothing after the reader has left', async () => {
    const { probe, iterator } = stream()
    probe.sink.push(1)
    await iterator.return!()
    probe.sink.push(2)
    probe.sink.fail(broken)
    expect(await iterator.next()).toEqual(done)
    await iterator.return!()
    expect(probe.stops).toBe(1)
  })

  it('rejects with the reason of an abort, untouched, and frees everything', async () => {
    const caller = new AbortController()
    const { probe, iterator } = stream(caller.signal)
    const reads = [new Pending(iterator.next()), new Pending(iterator.next())]
    caller.abort(broken)
    await settle()
    expect(reads[0]!.error).toBe(broken)
    expect(reads[1]!.value).toEqual(done)
    expect(probe.stops).toBe(1)
    await iterator.return!()
    expect(probe.stops).toBe(1)
  })

  it('drops a state that nobody has read when the caller aborts', async () => {
    const caller = new AbortController()
    const { probe, iterator } = stream(caller.signal)
    probe.sink.push(1)
    caller.abort(broken)
    await expect(iterator.next()).rejects.toBe(broken)
  })

  it('starts nothing when the caller has aborted before', async () => {
    const { probe, iterator } = stream(AbortSignal.abort(broken))
    await expect(iterator.next()).rejects.toBe(broken)
    expect(probe).toMatchObject({ starts: 0, stops: 0 })
  })

  it('stops once when it fails while it starts', async () => {
    const { probe, iterator } = stream(undefined, (sink) => {
      sink.push(1)
      sink.fail(broken)
      sink.fail(new Error('again'))
    })
    expect(probe.stops).toBe(1)
    expect((await iterator.next()).value).toBe(1)
    await expect(iterator.next()).rejects.toBe(broken)
    expect(probe.stops).toBe(1)
  })

  it('stops once when the loop is left by break', async () => {
    const { probe, iterable } = stream(undefined, (sink) => sink.push(1))
    for await (const state of iterable) {
      expect(state).toBe(1)
      break
    }
    expect(probe.starts).toBe(2) // one for the iterator of the helper, one for this loop
    expect(probe.stops).toBe(1)
  })

  it('keeps no listener on the caller once it is over', async () => {
    const caller = new AbortController()
    let removed = 0
    const remove = caller.signal.removeEventListener.bind(caller.signal)
    caller.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      removed++
      remove(...args)
    }
    const { iterator } = stream(caller.signal)
    await iterator.return!()
    expect(removed).toBe(1)
  })
})
