import assert from 'node:assert/strict'
import { MAX_KEY_LENGTH } from '@eldest/core/adapter'
import type { Case } from '../case.js'
import { bytes } from '../entry.js'
import { openTarget } from '../operations.js'
import { within } from '../patience.js'
import { rejectionOf } from '../rejection.js'

const TOO_LONG = 'x'.repeat(MAX_KEY_LENGTH + 1)
const MALFORMED_KEYS = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  'a/..',
  'a/./b',
  'a b',
  'ä',
  'a%2Fb',
  'a\0b',
  'a\nb',
  'a:b',
  TOO_LONG,
]
const MALFORMED_NAMES = ['', '.', '..', '/', 'a/', 'a/b', 'a b', 'ä', '%41', 'a\0b', TOO_LONG]
const NO_STRINGS = [1, null, {}, ['a']]

export const misuseCases: Case[] = [
  {
    name: 'a malformed key, prefix or name is a RangeError, and what is no string a TypeError, before any I/O',
    async run(context) {
      const { connection, session, entry } = await openTarget(context)
      const { store } = connection
      const value = bytes('x')
      const calls: Record<string, (key: string) => unknown> = {
        get: (key) => store.get(key),
        list: (key) => store.list(key),
        predecessor: (key) => store.predecessor({ ...entry, key }),
        put: (key) => store.put(key, value),
        delete: (key) => store.delete(key),
        watch: (key) => store.watch(key)[Symbol.asyncIterator]().next(),
        watchPrefix: (key) => store.watchPrefix(key)[Symbol.asyncIterator]().next(),
        createOrdered: (key) => session.createOrdered(key, value),
      }
      await connection.cut()
      for (const [name, call] of Object.entries(calls)) {
        for (const key of MALFORMED_KEYS)
          await refused(`${name} of ${JSON.stringify(key)}`, () => call(key), RangeError)
      }
      for (const [name, call] of Object.entries(calls)) {
        if (name === 'createOrdered') continue // its prefix becomes a part of the key
        for (const key of NO_STRINGS) await refused(`${name} of ${typeof key}`, () => call(key as string), TypeError)
      }
      for (const name of MALFORMED_NAMES) {
        const call = () => session.createOrdered(context.prefix, value, { name })
        await refused(`the name ${JSON.stringify(name)}`, call, RangeError)
      }
    },
  },
  {
    name: 'a TTL out of bounds is a RangeError, and what is no number a TypeError, before any I/O',
    async run({ connect }) {
      const connection = await connect()
      const { store } = connection
      const { minTtlMs, maxTtlMs } = store.capabilities
      await connection.cut()
      for (const ttlMs of [minTtlMs - 1, maxTtlMs + 1, 0, -1, NaN, Infinity, -Infinity]) {
        await refused(`a TTL of ${ttlMs} ms`, () => store.openSession({ ttlMs }), RangeError)
      }
      for (const ttlMs of [`${minTtlMs}`, null, undefined]) {
        const call = () => store.openSession({ ttlMs: ttlMs as unknown as number })
        await refused(`a TTL that is a ${typeof ttlMs}`, call, TypeError)
      }
    },
  },
  {
    name: 'the bounds of the TTL are granted',
    async run({ connect }) {
      const { store } = await connect()
      const { minTtlMs, maxTtlMs } = store.capabilities
      for (const ttlMs of [minTtlMs, maxTtlMs]) {
        const session = await store.openSession({ ttlMs })
        assert.ok(session.ttlMs >= ttlMs, `${session.ttlMs} ms were granted for ${ttlMs} ms`)
        assert.ok(session.remainingMs() <= session.ttlMs, 'no session is held for longer than its TTL')
        await session.close()
      }
    },
  },
  {
    name: 'a value that is no Uint8Array is a TypeError before any I/O',
    async run(context) {
      const { connection, session, entry } = await openTarget(context)
      await connection.cut()
      for (const wrong of ['text', null, [1, 2], new ArrayBuffer(2)]) {
        const value = wrong as unknown as Uint8Array
        await refused('put', () => connection.store.put(entry.key, value), TypeError)
        await refused('createOrdered', () => session.createOrdered(context.prefix, value), TypeError)
      }
    },
  },
]

async function refused(what: string, call: () => unknown, type: ErrorConstructor): Promise<void> {
  // Some calls are not asynchronous themselves: a watch may refuse when it is called or when it is read.
  const calling = (async () => call())()
  const error = await within(`${what} settles`, 5000, rejectionOf(what, calling))
  assert.ok(error instanceof type, `${what} must be a ${type.name}, not ${String(error)}`)
}
