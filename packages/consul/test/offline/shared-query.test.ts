import { systemClock } from '@eldest/core'
import { expect, test } from 'vitest'
import type { ConsulKey, ConsulRead } from '../../src/consul-client.js'
import { ConsulSharedQuery } from '../../src/consul-shared-query.js'

const key = (Key: string, ModifyIndex: number): ConsulKey => ({ Key, Value: null, CreateIndex: 1, ModifyIndex })

/** A query whose answers the test gives, one after the other. */
function answering(): {
  shared: ConsulSharedQuery
  asked: number[]
  answer: (read: ConsulRead) => Promise<void>
  fail: (error: Error) => void
} {
  const asked: number[] = []
  let waiting: { resolve: (read: ConsulRead) => void; reject: (error: unknown) => void } | undefined
  let onAsked = () => {}
  const query = (index: number, signal: AbortSignal) =>
    new Promise<ConsulRead>((resolve, reject) => {
      asked.push(index)
      waiting = { resolve, reject }
      signal.addEventListener('abort', () => reject(signal.reason))
      onAsked()
    })
  return {
    shared: new ConsulSharedQuery({ clock: systemClock, query }),
    asked,
    /** Resolves when the next query is asked. */
    answer: (read) =>
      new Promise<void>((resolve) => {
        onAsked = resolve
        waiting!.resolve(read)
      }),
    fail: (error) => waiting!.reject(error),
  }
}

/** Follows a key; what it was shown, by index, and with what it ended. */
function following(shared: ConsulSharedQuery, known: ConsulKey) {
  const stop = new AbortController()
  const states: (number | undefined)[] = []
  const show = ({ keys }: ConsulRead) => states.push(keys[0]?.ModifyIndex)
  const ended = shared
    .follow({ name: known.Key, recurse: false }, { keys: [known], index: known.ModifyIndex }, stop.signal, show)
    .catch((error: unknown) => error)
  return { states, ended, stop: (reason: unknown) => stop.abort(reason) }
}

test('one query serves all, and each is shown what changes of its own key', async () => {
  const { shared, asked, answer } = answering()
  const [a, b] = [following(shared, key('a', 5)), following(shared, key('b', 6))]
  await answer({ keys: [key('a', 5), key('b', 6)], index: 6 })
  await answer({ keys: [key('a', 7), key('b', 6)], index: 7 })
  await answer({ keys: [key('a', 7)], index: 8 })
  expect(asked).toEqual([0, 6, 7, 8])
  expect(a.states).toEqual([7])
  expect(b.states).toEqual([undefined])
})

test('an answer from before a key was read says nothing of that key', async () => {
  const { shared, answer } = answering()
  const first = following(shared, key('a', 5))
  await answer({ keys: [key('a', 5)], index: 5 }) // the next query is under way
  const late = following(shared, key('late', 9))
  await answer({ keys: [key('a', 6)], index: 6 })
  expect(first.states).toEqual([6])
  expect(late.states).toEqual([])
  await answer({ keys: [key('a', 6)], index: 6 }) // asked after the key was read: it is gone
  expect(late.states).toEqual([undefined])
})

test('when the index goes backwards all is read from the start', async () => {
  const { shared, asked, answer } = answering()
  following(shared, key('a', 5))
  await answer({ keys: [key('a', 5)], index: 100 })
  await answer({ keys: [key('a', 5)], index: 40 })
  expect(asked).toEqual([0, 100, 0])
})

test('a query that fails ends all watches, and the next watch asks anew', async () => {
  const { shared, asked, fail } = answering()
  const all = [following(shared, key('a', 5)), following(shared, key('b', 6))]
  const error = new Error('gone')
  fail(error)
  expect(await Promise.all(all.map(({ ended }) => ended))).toEqual([error, error])
  following(shared, key('a', 5))
  expect(asked).toEqual([0, 0])
})

test('the query ends with its last watch, and one that comes then has its own', async () => {
  const { shared, asked, answer } = answering()
  const [a, b] = [following(shared, key('a', 5)), following(shared, key('a', 5))]
  a.stop('enough')
  expect(await a.ended).toBe('enough')
  expect(asked).toEqual([0])
  b.stop('enough')
  const next = following(shared, key('a', 5))
  expect(await b.ended).toBe('enough')
  await answer({ keys: [key('a', 8)], index: 8 })
  expect(asked).toEqual([0, 0, 8])
  expect(next.states).toEqual([8])
})

test('watches of a prefix are shown what lies beneath it, and nothing else', async () => {
  const { shared, answer } = answering()
  const states: string[][] = []
  const read = { keys: [key('line/a', 5)], index: 5 }
  const show = ({ keys }: ConsulRead) => states.push(keys.map(({ Key }) => Key))
  shared.follow({ name: 'line/', recurse: true }, read, new AbortController().signal, show).catch(() => undefined)
  await answer({ keys: [key('line/a', 5), key('line', 6)], index: 6 })
  await answer({ keys: [key('line/a', 5), key('line', 6), key('line/b', 7)], index: 7 })
  await answer({ keys: [key('line', 6)], index: 8 })
  expect(states).toEqual([['line/a', 'line/b'], []])
})
