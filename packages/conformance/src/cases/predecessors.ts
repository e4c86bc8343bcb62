import assert from 'node:assert/strict'
import type { Entry } from '@eldest/core'
import type { Case } from '../case.js'
import { assertSameEntry, bytes } from '../entry.js'
import { rejectsWith } from '../rejection.js'

export const predecessorCases: Case[] = [
  {
    name: 'the predecessor is the youngest older entry, and the eldest has none',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const line = []
      for (const name of ['c', 'a', 'd', 'b']) line.push(await session.createOrdered(prefix, bytes(name), { name }))
      for (const { store } of [mine, theirs]) {
        assert.equal(await store.predecessor(line[0]!), undefined)
        for (const i of [1, 2, 3]) assertSameEntry(await store.predecessor(line[i]!), line[i - 1]!)
      }
    },
  },
  {
    name: 'the predecessor skips who is gone',
    async run({ connect, prefix, steadyTtlMs, endSession }) {
      const { store } = await connect()
      const [first, second, third] = [
        await store.openSession({ ttlMs: steadyTtlMs }),
        await store.openSession({ ttlMs: steadyTtlMs }),
        await store.openSession({ ttlMs: steadyTtlMs }),
      ]
      const eldest = await first.createOrdered(prefix, bytes('1'))
      await second.createOrdered(prefix, bytes('2'))
      const deleted = await third.createOrdered(prefix, bytes('3'))
      const youngest = await third.createOrdered(prefix, bytes('4'))
      await store.delete(deleted.key)
      await endSession(second.id)
      assertSameEntry(await store.predecessor(youngest), eldest)
      await first.close()
      assert.equal(await store.predecessor(youngest), undefined)
    },
  },
  {
    name: 'the predecessor of an entry that is gone is GUARD_FAILED, whatever else there is',
    async run({ connect, prefix, steadyTtlMs, endSession }) {
      const { store } = await connect()
      const [session, ended] = [
        await store.openSession({ ttlMs: steadyTtlMs }),
        await store.openSession({ ttlMs: steadyTtlMs }),
      ]
      const refused = (what: string, entry: Entry) => rejectsWith(what, store.predecessor(entry), 'GUARD_FAILED')
      const alone = await session.createOrdered(prefix, bytes('0'))
      await store.delete(alone.key)
      await refused('deleted, the only one', alone)
      const eldest = await session.createOrdered(prefix, bytes('1'))
      const lost = await ended.createOrdered(prefix, bytes('2'))
      const deleted = await session.createOrdered(prefix, bytes('3'))
      const youngest = await session.createOrdered(prefix, bytes('4'))
      assertSameEntry(await store.predecessor(deleted), lost)
      await store.delete(deleted.key)
      await endSession(ended.id)
      await refused('deleted', deleted)
      await refused('ended with its session', lost)
      assertSameEntry(await store.predecessor(youngest), eldest)
      await store.delete(eldest.key)
      await refused('the eldest, deleted', eldest)
    },
  },
  {
    name: 'the predecessor of an entry whose key was made anew is GUARD_FAILED',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const eldest = await session.createOrdered(prefix, bytes('1'))
      const before = await session.createOrdered(prefix, bytes('2'))
      assertSameEntry(await store.predecessor(before), eldest) // what is known of it by now must not be believed
      await store.delete(before.key)
      const again = await store.put(before.key, bytes('3'))
      await rejectsWith('the one before', store.predecessor(before), 'GUARD_FAILED')
      assertSameEntry(await store.predecessor(again), eldest)
    },
  },
  {
    name: 'the predecessor lies beneath the same prefix: no sibling, nothing deeper',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      for (const beneath of ['ab', 'a/b', 'b', 'a-', 'A'])
        await session.createOrdered(`${prefix}/${beneath}`, bytes('x'))
      const eldest = await session.createOrdered(`${prefix}/a`, bytes('1'))
      for (const beneath of ['ab', 'a/b', 'b']) await session.createOrdered(`${prefix}/${beneath}`, bytes('x'))
      const younger = await session.createOrdered(`${prefix}/a`, bytes('2'))
      assert.equal(await store.predecessor(eldest), undefined)
      assertSameEntry(await store.predecessor(younger), eldest)
    },
  },
  {
    name: 'the predecessor is given as it was last written',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const eldest = await session.createOrdered(prefix, bytes('1'))
      const younger = await session.createOrdered(prefix, bytes('2'))
      const written = await store.put(eldest.key, bytes('new'))
      await store.put(younger.key, bytes('new'))
      assertSameEntry(await store.predecessor(younger), written)
    },
  },
]
