import assert from 'node:assert/strict'
import type { Entry } from '@eldest/core'
import type { Case } from '../case.js'
import { bytes, names } from '../entry.js'

export const orderCases: Case[] = [
  {
    name: 'createRevision rises in the order of creations, across deletes and ended sessions',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const first = await store.openSession({ ttlMs: steadyTtlMs })
      const created = [await first.createOrdered(prefix, bytes('1')), await first.createOrdered(prefix, bytes('2'))]
      await store.delete(created[1]!.key)
      created.push(await first.createOrdered(prefix, bytes('3')))
      await first.close()
      const second = await store.openSession({ ttlMs: steadyTtlMs })
      created.push(await second.createOrdered(prefix, bytes('4')))
      assertRising(created)
    },
  },
  {
    name: 'createRevision rises in the order of creations over concurrent clients',
    async run({ connect, prefix, steadyTtlMs }) {
      let now = 0
      const creations: { entry: Entry; from: number; to: number }[] = []
      const createTen = async () => {
        const { store } = await connect()
        const session = await store.openSession({ ttlMs: steadyTtlMs })
        for (let i = 0; i < 10; i++) {
          const from = now++
          const entry = await session.createOrdered(prefix, bytes('x'))
          creations.push({ entry, from, to: now++ })
        }
        return store
      }
      const [store] = await Promise.all([createTen(), createTen(), createTen(), createTen()])
      creations.sort((a, b) => (a.entry.createRevision < b.entry.createRevision ? -1 : 1))
      assertRising(creations.map(({ entry }) => entry))
      for (const [i, later] of creations.entries()) {
        const inverted = creations.slice(0, i).find((earlier) => earlier.from > later.to)
        assert.equal(inverted, undefined, 'a creation must be younger than those that had returned before it began')
      }
      const listed = await store.list(prefix)
      assert.deepEqual(names(listed), names(creations.map(({ entry }) => entry)))
    },
  },
  {
    name: 'a revision is never used again after its entry was deleted',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const created: Entry[] = []
      for (let i = 0; i < 3; i++) {
        const entry = await session.createOrdered(prefix, bytes('x'))
        created.push(entry)
        await store.delete(entry.key)
        created.push(await store.put(`${prefix}/again`, bytes('x')))
        await store.delete(`${prefix}/again`)
      }
      assertRising(created)
    },
  },
  {
    name: 'list is oldest first, not in the order of keys',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      for (const name of ['z', 'y', '10', 'm', '9', 'a', 'B'])
        await session.createOrdered(prefix, bytes(name), { name })
      const listed = await store.list(prefix)
      assert.deepEqual(names(listed), ['z', 'y', '10', 'm', '9', 'a', 'B'])
    },
  },
  {
    name: 'a put does not make an entry younger',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const eldest = await session.createOrdered(prefix, bytes('1'), { name: 'eldest' })
      await session.createOrdered(prefix, bytes('2'), { name: 'younger' })
      await store.put(eldest.key, bytes('new'))
      assert.deepEqual(names(await store.list(prefix)), ['eldest', 'younger'])
    },
  },
  {
    name: 'modRevision rises with every write, whichever key it goes to',
    async run({ connect, prefix }) {
      const { store } = await connect()
      const { store: other } = await connect()
      let last = 0n
      for (let i = 0; i < 6; i++) {
        const entry = await (i % 2 ? store : other).put(`${prefix}/${i % 3}`, bytes(`${i}`))
        assert.ok(entry.modRevision > last, `modRevision ${String(entry.modRevision)} after ${String(last)}`)
        last = entry.modRevision
      }
    },
  },
]

function assertRising(entries: Entry[]): void {
  for (const [i, { createRevision }] of entries.entries()) {
    const before = entries[i - 1]?.createRevision ?? 0n
    assert.ok(createRevision > before, `createRevision ${String(createRevision)} after ${String(before)}`)
  }
}
