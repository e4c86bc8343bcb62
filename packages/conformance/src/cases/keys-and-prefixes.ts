import assert from 'node:assert/strict'
import { MAX_KEY_LENGTH } from '@eldest/core/adapter'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, names, text } from '../entry.js'

export const keyCases: Case[] = [
  {
    name: 'a prefix covers the keys directly beneath it: no sibling, nothing deeper, not itself',
    async run({ connect, prefix }) {
      const { store } = await connect()
      for (const key of ['a/x', 'ab/x', 'a-/x', 'a.x', 'a/b/x', 'a/b/c/x', 'b/a/x', 'a/y']) {
        await store.put(`${prefix}/${key}`, bytes(key))
      }
      const listed = async (beneath: string) => names(await store.list(`${prefix}/${beneath}`))
      assert.deepEqual(await listed('a'), ['x', 'y'])
      assert.deepEqual(await listed('ab'), ['x'])
      assert.deepEqual(await listed('a/b'), ['x'])
      assert.deepEqual(await listed('b'), [])
      assert.deepEqual(await listed('c'), [])
      assert.deepEqual(names(await store.list(prefix)), ['a.x'])
      for await (const entries of store.watchPrefix(`${prefix}/a`)) {
        assert.deepEqual(names(entries), ['x', 'y'])
        break
      }
    },
  },
  {
    name: 'there is no entry where nothing was written, and no folder is an entry',
    async run({ connect, prefix }) {
      const { store } = await connect()
      assert.equal(await store.get(`${prefix}/a`), undefined)
      assert.deepEqual(await store.list(prefix), [])
      await store.put(`${prefix}/a/x`, bytes('x'))
      assert.equal(await store.get(`${prefix}/a`), undefined)
      assert.deepEqual(await store.list(prefix), [])
      assert.equal(await store.delete(`${prefix}/a`), false)
      assert.equal(text(await store.get(`${prefix}/a/x`)), 'x')
    },
  },
  {
    name: 'keys of every allowed character, and the longest, name one entry each',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const longest = 'x'.repeat(MAX_KEY_LENGTH - prefix.length - 1)
      const segments = [
        'Az09_.-',
        'az09_.-',
        '...',
        '.hidden',
        '-',
        '_',
        '0',
        '00',
        '__proto__',
        'constructor',
        longest,
      ]
      for (const name of segments) await session.createOrdered(prefix, bytes(name), { name })
      assert.deepEqual(names(await store.list(prefix)), segments)
      for (const name of segments) assert.equal(text(await store.get(`${prefix}/${name}`)), name)
      for (const name of segments) assert.equal(await store.delete(`${prefix}/${name}`), true)
      assert.deepEqual(await store.list(prefix), [])
    },
  },
  {
    name: 'put of an absent key makes an entry without owner, which outlives its writer',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      await mine.store.openSession({ ttlMs: steadyTtlMs })
      const entry = await mine.store.put(`${prefix}/one`, bytes('x'))
      assert.equal(entry.key, `${prefix}/one`)
      assert.equal(entry.session, undefined)
      assert.equal(entry.modRevision, entry.createRevision)
      await mine.store.close()
      assertSameEntry(await theirs.store.get(entry.key), entry)
    },
  },
  {
    name: 'put keeps owner and createRevision and raises modRevision, whoever puts',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      let entry = await session.createOrdered(prefix, bytes('0'))
      for (const { store } of [mine, theirs]) {
        const written = await store.put(entry.key, bytes('new'))
        assert.equal(written.session, session.id)
        assert.equal(written.createRevision, entry.createRevision)
        assert.ok(written.modRevision > entry.modRevision, 'modRevision must rise')
        assertSameEntry(await mine.store.get(entry.key), written)
        entry = written
      }
      await session.close()
      assert.equal(await theirs.store.get(entry.key), undefined, 'the entry must still go with its session')
    },
  },
  {
    name: 'delete tells whether there was an entry',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const owned = await session.createOrdered(prefix, bytes('x'))
      const unowned = await mine.store.put(`${prefix}/unowned`, bytes('x'))
      for (const { key } of [owned, unowned]) {
        assert.equal(await theirs.store.delete(key), true)
        assert.equal(await theirs.store.delete(key), false)
        assert.equal(await mine.store.get(key), undefined)
      }
      assert.equal(session.ended.aborted, false)
    },
  },
  {
    name: 'an entry that was deleted and put again is a new one, without owner',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const before = await session.createOrdered(prefix, bytes('before'))
      await store.delete(before.key)
      const after = await store.put(before.key, bytes('after'))
      assert.ok(after.createRevision > before.modRevision, 'it must be younger')
      assert.equal(after.session, undefined)
      await session.close()
      assertSameEntry(await store.get(before.key), after)
    },
  },
]
