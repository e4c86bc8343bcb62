import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, text } from '../entry.js'
import { assertCode, rejectsWith } from '../rejection.js'

export const guardCases: Case[] = [
  {
    name: 'a guarded write passes while the guard lives, also where it goes to another key',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const guard = await session.createOrdered(prefix, bytes('guard'))
      for (const { store } of [mine, theirs]) {
        await store.put(guard.key, bytes('own'), { guard })
        await store.put(`${prefix}/data/x`, bytes('other'), { guard })
        assert.equal(text(await store.get(guard.key)), 'own')
        assert.equal(text(await store.get(`${prefix}/data/x`)), 'other')
        assert.equal(await store.delete(`${prefix}/data/none`, { guard }), false)
        assert.equal(await store.delete(`${prefix}/data/x`, { guard }), true)
      }
      assert.equal(await mine.store.delete(guard.key, { guard }), true)
    },
  },
  {
    name: 'a guarded put keeps owner and createRevision of what it writes to',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const guard = await session.createOrdered(prefix, bytes('guard'))
      const unowned = await store.put(`${prefix}/data`, bytes('1'))
      for (const entry of [guard, unowned]) {
        const written = await store.put(entry.key, bytes('2'), { guard })
        assert.equal(written.session, entry.session)
        assert.equal(written.createRevision, entry.createRevision)
        assert.ok(written.modRevision > entry.modRevision, 'modRevision must rise')
      }
      assert.equal((await store.put(`${prefix}/new`, bytes('1'), { guard })).session, undefined)
    },
  },
  {
    name: 'a write is GUARD_FAILED once the guard was deleted, and nothing is written',
    async run({ connect, prefix }) {
      const { store } = await connect()
      const guard = await store.put(`${prefix}/guard`, bytes('guard'))
      const data = await store.put(`${prefix}/data`, bytes('before'))
      await store.delete(guard.key)
      await rejectsWith('put', store.put(data.key, bytes('after'), { guard }), 'GUARD_FAILED')
      await rejectsWith('put of the guard', store.put(guard.key, bytes('after'), { guard }), 'GUARD_FAILED')
      await rejectsWith('put of a new key', store.put(`${prefix}/new`, bytes('after'), { guard }), 'GUARD_FAILED')
      await rejectsWith('delete', store.delete(data.key, { guard }), 'GUARD_FAILED')
      await rejectsWith('delete of the guard', store.delete(guard.key, { guard }), 'GUARD_FAILED')
      const listed = await store.list(prefix)
      assert.equal(listed.length, 1)
      assertSameEntry(listed[0], data)
    },
  },
  {
    name: 'a write is GUARD_FAILED once the session of the guard has ended',
    async run({ connect, prefix, steadyTtlMs, endSession }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const guard = await session.createOrdered(prefix, bytes('guard'))
      await endSession(session.id)
      for (const { store } of [mine, theirs]) {
        await rejectsWith('put', store.put(`${prefix}/data`, bytes('after'), { guard }), 'GUARD_FAILED')
        await rejectsWith('put of the guard', store.put(guard.key, bytes('after'), { guard }), 'GUARD_FAILED')
      }
      assert.deepEqual(await theirs.store.list(prefix), [])
    },
  },
  {
    name: 'a write is GUARD_FAILED once the guard was made anew under its key, and the new one stays',
    async run({ connect, prefix }) {
      const { store } = await connect()
      const guard = await store.put(`${prefix}/guard`, bytes('first'))
      const data = await store.put(`${prefix}/data`, bytes('before'))
      await store.delete(guard.key)
      const anew = await store.put(guard.key, bytes('second'))
      await rejectsWith('put', store.put(data.key, bytes('after'), { guard }), 'GUARD_FAILED')
      await rejectsWith('put of the guard', store.put(guard.key, bytes('after'), { guard }), 'GUARD_FAILED')
      await rejectsWith('delete of the guard', store.delete(guard.key, { guard }), 'GUARD_FAILED')
      assertSameEntry(await store.get(guard.key), anew)
      assertSameEntry(await store.get(data.key), data)
      await store.put(data.key, bytes('after'), { guard: anew })
    },
  },
  {
    name: 'a guard that was written since still guards: it is the entry that counts, not its value',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const guard = await session.createOrdered(prefix, bytes('1'))
      await store.put(guard.key, bytes('2'))
      await store.put(`${prefix}/data`, bytes('x'), { guard })
      assert.equal(await store.delete(guard.key, { guard }), true)
    },
  },
  {
    name: 'a guarded write and its condition are one atomic step',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      for (let round = 0; round < 10; round++) {
        const guard = await session.createOrdered(prefix, bytes('guard'))
        const keys = [0, 1, 2, 3].map((i) => `${prefix}/data/${i}`)
        // Under way together with the deletion of their guard: each is before it, or fails.
        const puts = Promise.allSettled(keys.map((key) => mine.store.put(key, bytes('x'), { guard })))
        await theirs.store.delete(guard.key)
        const after = await theirs.store.put(`${prefix}/after`, bytes('x'))
        for (const put of await puts) {
          if (put.status === 'rejected') assertCode('put', put.reason, 'GUARD_FAILED')
          else assert.ok(put.value.modRevision < after.modRevision, 'a put took effect after its guard was gone')
        }
      }
    },
  },
]
