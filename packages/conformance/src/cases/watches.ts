import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, names, text } from '../entry.js'
import { assertNeverBack, assertPrefixNeverBack, WatchReader } from '../watch-reader.js'

export const watchCases: Case[] = [
  {
    name: 'a watch shows the present state at once: an entry, or that there is none',
    async run({ connect, prefix, patienceMs }) {
      const { store } = await connect()
      const entry = await store.put(`${prefix}/one`, bytes('x'))
      const existing = new WatchReader(store.watch(entry.key))
      await existing.until('the entry', patienceMs, (state) => state !== undefined)
      assert.equal(existing.states.length, 1)
      assertSameEntry(existing.states[0], entry)
      await new WatchReader(store.watch(`${prefix}/none`)).until('none', patienceMs, (state) => state === undefined)
      const beneath = new WatchReader(store.watchPrefix(prefix))
      await beneath.until('the entry', patienceMs, (entries) => names(entries).join() === 'one')
      assert.equal(beneath.states.length, 1)
      await new WatchReader(store.watchPrefix(`${prefix}/no`)).until('none', patienceMs, ({ length }) => length === 0)
    },
  },
  {
    name: 'a watch shows the creation of a missing key, each new value, the deletion and the re-creation',
    async run({ connect, prefix, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const key = `${prefix}/one`
      const reader = new WatchReader(mine.store.watch(key))
      await reader.until('none', patienceMs, (state) => state === undefined)
      for (const { store } of [theirs, mine]) {
        await store.put(key, bytes('1'))
        await reader.until('the creation', patienceMs, (state) => text(state) === '1')
        const written = await store.put(key, bytes('2'))
        await reader.until('the new value', patienceMs, (state) => text(state) === '2')
        assertSameEntry(reader.states.at(-1), written)
        await store.delete(key)
        await reader.until('the deletion', patienceMs, (state) => state === undefined)
      }
      assertNeverBack(reader.states)
    },
  },
  {
    name: 'a watch of a prefix shows its entries oldest first and nothing of its siblings',
    async run({ connect, prefix, steadyTtlMs, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await theirs.store.openSession({ ttlMs: steadyTtlMs })
      const reader = new WatchReader(mine.store.watchPrefix(`${prefix}/a`))
      const shows = (expected: string) =>
        reader.until(`"${expected}"`, patienceMs, (entries) => names(entries).join() === expected)
      const create = (beneath: string, name: string) =>
        session.createOrdered(`${prefix}/${beneath}`, bytes(name), { name })
      await shows('')
      await create('a', 'z')
      await shows('z')
      for (const beneath of ['ab', 'a/b', 'b']) await create(beneath, 'x')
      await create('a', 'm')
      await shows('z,m')
      await theirs.store.put(`${prefix}/a/z`, bytes('new'))
      await reader.until('the new value', patienceMs, (entries) => text(entries[0]) === 'new')
      await create('a', 'b')
      await theirs.store.delete(`${prefix}/a/m`)
      await shows('z,b')
      await session.close()
      await shows('')
      assert.ok(
        reader.states.every((entries) => entries.every(({ key }) => /\/a\/[^/]+$/.test(key))),
        'a sibling was shown',
      )
      assertPrefixNeverBack(reader.states)
    },
  },
  {
    name: 'a watch shows that an entry went with its session: closed, ended by hand, run out',
    async run({ connect, prefix, ttlMs, patienceMs, endSession }) {
      const [mine, theirs] = [await connect(), await connect()]
      for (const end of ['closed', 'ended', 'abandoned']) {
        const session = await mine.store.openSession({ ttlMs })
        const entry = await session.createOrdered(prefix, bytes(end))
        const key = new WatchReader(theirs.store.watch(entry.key))
        const beneath = new WatchReader(theirs.store.watchPrefix(prefix))
        await key.until('the entry', patienceMs, (state) => text(state) === end)
        await beneath.until('the entry', patienceMs, (entries) => text(entries[0]) === end)
        if (end === 'closed') await session.close()
        else if (end === 'ended') await endSession(session.id)
        else session.abandon()
        const withinMs = theirs.store.capabilities.worstCaseExpiryMs(session.ttlMs) + patienceMs
        await key.until(`that the entry is ${end}`, withinMs, (state) => state === undefined)
        await beneath.until(`that the entry is ${end}`, withinMs, (entries) => entries.length === 0)
      }
    },
  },
  {
    name: 'watches of one key are independent of each other',
    async run({ connect, prefix, patienceMs }) {
      const { store } = await connect()
      const key = `${prefix}/one`
      await store.put(key, bytes('1'))
      const readers = [new WatchReader(store.watch(key)), new WatchReader(store.watch(key), { pauseMs: 20 })]
      for await (const entry of store.watch(key)) {
        if (text(entry) === '2') break
        await store.put(key, bytes('2'))
      }
      await store.put(key, bytes('3'))
      for (const reader of readers) {
        await reader.until('the last value', patienceMs, (state) => text(state) === '3')
        assertNeverBack(reader.states)
      }
    },
  },
]
