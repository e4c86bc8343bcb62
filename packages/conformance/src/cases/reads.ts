import assert from 'node:assert/strict'
import type { Entry } from '@eldest/core'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, names, text } from '../entry.js'

export const readCases: Case[] = [
  {
    name: 'get, list and predecessor see every write that had returned before, whoever wrote',
    async run({ connect, prefix, steadyTtlMs }) {
      const clients = [await connect(), await connect(), await connect()]
      const sessions = []
      for (const { store } of clients) sessions.push(await store.openSession({ ttlMs: steadyTtlMs }))
      let before: Entry | undefined
      for (let i = 0; i < 15; i++) {
        const { store } = clients[(i + 1) % 3]!
        const entry: Entry = await sessions[i % 3]!.createOrdered(prefix, bytes('created'))
        assertSameEntry(await store.get(entry.key), entry)
        assert.deepEqual(names(await store.list(prefix)), names(before ? [before, entry] : [entry]))
        const predecessor = await store.predecessor(entry)
        if (before) assertSameEntry(predecessor, before)
        else assert.equal(predecessor, undefined)
        const written = await store.put(entry.key, bytes(`written ${i}`))
        for (const reader of clients) assert.equal(text(await reader.store.get(entry.key)), `written ${i}`)
        if (before) await clients[i % 3]!.store.delete(before.key)
        for (const reader of clients) assert.equal(await reader.store.predecessor(written), undefined)
        before = written
      }
    },
  },
  {
    name: 'every way to read an entry gives the same',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const { key } = await session.createOrdered(prefix, bytes('created'))
      const younger = await session.createOrdered(prefix, bytes('younger'))
      const written = await store.put(key, bytes('written'))
      assertSameEntry(await store.get(key), written)
      assertSameEntry((await store.list(prefix))[0], written)
      assertSameEntry(await store.predecessor(younger), written)
      for await (const entry of store.watch(key)) {
        assertSameEntry(entry, written)
        break
      }
      for await (const entries of store.watchPrefix(prefix)) {
        assertSameEntry(entries[0], written)
        break
      }
    },
  },
  {
    name: 'a hundred entries are listed whole and in order',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const sessions = await Promise.all(Array.from({ length: 10 }, () => store.openSession({ ttlMs: steadyTtlMs })))
      const creations = sessions.flatMap((session) =>
        Array.from({ length: 10 }, () => session.createOrdered(prefix, bytes(session.id))),
      )
      const created = await Promise.all(creations)
      created.sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1))
      assert.deepEqual(names(await store.list(prefix)), names(created))
    },
  },
]
