import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, living, text } from '../entry.js'
import { rejectsWith } from '../rejection.js'

export const valueCases: Case[] = [
  {
    name: 'values come back as they were written: binary, empty, a part of a buffer, and the largest',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const values = {
        binary: Uint8Array.from({ length: 256 }, (_, i) => 255 - i),
        empty: new Uint8Array(),
        part: Buffer.from('not this, but this, not that').subarray(10, 18),
        largest: new Uint8Array(mine.store.capabilities.maxValueBytes).fill(0xfe),
      }
      for (const [name, value] of Object.entries(values)) {
        const created = await session.createOrdered(`${prefix}/created`, value, { name })
        const put = await mine.store.put(`${prefix}/put/${name}`, value)
        for (const entry of [created, put]) {
          const read = await theirs.store.get(entry.key)
          assertSameEntry(read, entry)
          assert.ok(Buffer.from(living(read).value).equals(value), `${name} must come back as it was written`)
          assert.ok(living(read).value instanceof Uint8Array)
        }
      }
    },
  },
  {
    name: 'a value beyond the largest is VALUE_TOO_LARGE, and nothing is written',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const entry = await store.put(`${prefix}/one`, bytes('small'))
      const tooLarge = new Uint8Array(store.capabilities.maxValueBytes + 1)
      await rejectsWith('put', store.put(entry.key, tooLarge), 'VALUE_TOO_LARGE')
      await rejectsWith('guarded put', store.put(entry.key, tooLarge, { guard: entry }), 'VALUE_TOO_LARGE')
      await rejectsWith('createOrdered', session.createOrdered(`${prefix}/new`, tooLarge), 'VALUE_TOO_LARGE')
      assertSameEntry(await store.get(entry.key), entry)
      assert.deepEqual(await store.list(`${prefix}/new`), [])
      assert.equal(session.ended.aborted, false)
    },
  },
  {
    name: 'an entry is a plain value: what is written later does not change it, nor does the array it was written from',
    async run({ connect, prefix }) {
      const { store } = await connect()
      const value = bytes('first')
      const written = await store.put(`${prefix}/one`, value)
      const read = living(await store.get(written.key))
      value.fill(0)
      assert.equal(text(await store.get(written.key)), 'first')
      await store.put(written.key, bytes('later'))
      assert.equal(text(read), 'first')
      assert.equal(read.modRevision, written.modRevision)
    },
  },
]
