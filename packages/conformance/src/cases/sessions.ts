import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { bytes, names } from '../entry.js'
import { eventually, throughout } from '../patience.js'
import { assertCode, rejectsWith } from '../rejection.js'

export const sessionCases: Case[] = [
  {
    name: 'the entries of a session are gone when its close resolves',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const entry = await session.createOrdered(prefix, bytes('x'))
      await mine.store.put(entry.key, bytes('y'))
      await session.close()
      assert.deepEqual(await theirs.store.list(prefix), [])
      assert.equal(await theirs.store.get(entry.key), undefined)
      await session.close()
    },
  },
  {
    name: 'a session that leaves its scope is closed',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      await session.createOrdered(prefix, bytes('x'))
      await session[Symbol.asyncDispose]()
      assert.deepEqual(await store.list(prefix), [])
    },
  },
  {
    name: 'the end of one session leaves the entries of the others',
    async run({ connect, prefix, steadyTtlMs, endSession }) {
      const { store } = await connect()
      const [closed, killed, kept] = [
        await store.openSession({ ttlMs: steadyTtlMs }),
        await store.openSession({ ttlMs: steadyTtlMs }),
        await store.openSession({ ttlMs: steadyTtlMs }),
      ]
      assert.equal(new Set([closed.id, killed.id, kept.id]).size, 3, 'every session has an id of its own')
      await closed.createOrdered(prefix, bytes('x'), { name: 'closed' })
      await killed.createOrdered(prefix, bytes('x'), { name: 'killed' })
      await kept.createOrdered(prefix, bytes('x'), { name: 'kept' })
      await store.put(`${prefix}/unowned`, bytes('x'))
      await closed.close()
      await endSession(killed.id)
      assert.deepEqual(names(await store.list(prefix)), ['kept', 'unowned'])
      assert.equal(kept.ended.aborted, false)
    },
  },
  {
    name: 'a session that was ended behind its owner is lost, and its entries are never read again',
    async run({ connect, prefix, ttlMs, patienceMs, endSession }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs })
      const entry = await session.createOrdered(prefix, bytes('x'))
      await endSession(session.id)
      for (const { store } of [mine, theirs]) {
        assert.equal(await store.get(entry.key), undefined)
        assert.deepEqual(await store.list(prefix), [])
      }
      await rejectsWith('createOrdered', session.createOrdered(prefix, bytes('y')), 'SESSION_LOST')
      await eventually('ended fires', session.ttlMs + patienceMs, () => session.ended.aborted)
      assertCode('the reason of ended', session.ended.reason, 'SESSION_LOST')
      assert.equal(session.remainingMs(), 0)
      assert.deepEqual(await theirs.store.list(prefix), [])
    },
  },
  {
    name: 'a session that is renewed lives on with its entries for three TTLs',
    async run({ connect, prefix, ttlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs })
      assert.ok(session.ttlMs >= ttlMs, 'the TTL is granted as it was asked for, or longer')
      const entry = await session.createOrdered(prefix, bytes('x'))
      await throughout(3 * session.ttlMs, async () => {
        assert.equal(session.ended.aborted, false, `the session ended: ${String(session.ended.reason)}`)
        const remainingMs = session.remainingMs()
        assert.ok(remainingMs > 0 && remainingMs <= session.ttlMs, `${remainingMs} ms remain`)
        assert.ok(await theirs.store.get(entry.key), 'the entry must live as long as its session')
      })
    },
  },
  {
    name: 'a session outlives a cut that is shorter than its TTL',
    async run({ connect, prefix, ttlMs, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs })
      await session.createOrdered(prefix, bytes('x'), { name: 'one' })
      await mine.cut()
      const lowestMs = session.remainingMs() - session.ttlMs / 4
      await eventually('a quarter of the TTL passes', session.ttlMs, () => session.remainingMs() <= lowestMs)
      await mine.heal()
      await eventually('the session is renewed', session.ttlMs + patienceMs, () => {
        assert.equal(session.ended.aborted, false, `the session ended: ${String(session.ended.reason)}`)
        return session.remainingMs() > lowestMs + session.ttlMs / 32 // it only ever rises by a renewal
      })
      assert.deepEqual(names(await theirs.store.list(prefix)), ['one'])
    },
  },
  {
    name: 'ended fires once with SESSION_CLOSED when the session is closed or abandoned',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      for (const end of ['close', 'abandon'] as const) {
        const session = await store.openSession({ ttlMs: steadyTtlMs })
        let fired = 0
        session.ended.addEventListener('abort', () => fired++)
        const ending = session[end]()
        if (end === 'abandon') assert.ok(session.ended.aborted, 'abandon must fire ended at once')
        await ending
        session.abandon()
        assert.equal(fired, 1, `ended fired ${fired} times`)
        assertCode('the reason of ended', session.ended.reason, 'SESSION_CLOSED')
        assert.equal(session.remainingMs(), 0)
        await rejectsWith(`createOrdered after ${end}`, session.createOrdered(prefix, bytes('x')), 'SESSION_CLOSED')
        assert.deepEqual(await store.list(prefix), [])
      }
    },
  },
  {
    name: 'ended fires once with STORE_CLOSED when the store is closed, and the entries are gone',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      await session.createOrdered(prefix, bytes('x'))
      let fired = 0
      session.ended.addEventListener('abort', () => fired++)
      await mine.store.close()
      await session.close()
      assert.equal(fired, 1, `ended fired ${fired} times`)
      assertCode('the reason of ended', session.ended.reason, 'STORE_CLOSED')
      assert.deepEqual(await theirs.store.list(prefix), [])
    },
  },
]
