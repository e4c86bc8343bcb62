import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, names } from '../entry.js'
import { assertCode, rejectsWith } from '../rejection.js'

export const oneCandidacyCases: Case[] = [
  {
    name: 'createOrdered gives the entry as it is stored: beneath the prefix, owned by the session',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const entry = await session.createOrdered(prefix, bytes('value'), { name: 'one' })
      assert.equal(entry.key, `${prefix}/one`)
      assert.equal(entry.session, session.id)
      assert.equal(entry.modRevision, entry.createRevision)
      assertSameEntry(await store.get(entry.key), entry)
    },
  },
  {
    name: 'createOrdered without a name makes a new entry at every call',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const created = [await session.createOrdered(prefix, bytes('1')), await session.createOrdered(prefix, bytes('2'))]
      assert.deepEqual(names(await store.list(prefix)), names(created))
      assert.notEqual(created[0]?.key, created[1]?.key)
    },
  },
  {
    name: 'a name that another session holds is KEY_EXISTS, and its entry stays as it was',
    async run({ connect, prefix, steadyTtlMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const holder = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const entry = await holder.createOrdered(prefix, bytes('first'), { name: 'one' })
      for (const { store } of [mine, theirs]) {
        const session = await store.openSession({ ttlMs: steadyTtlMs })
        const again = session.createOrdered(prefix, bytes('second'), { name: 'one' })
        await rejectsWith('a taken name', again, 'KEY_EXISTS')
      }
      assertSameEntry(await theirs.store.get(entry.key), entry)
    },
  },
  {
    name: 'a name that is taken by an entry without owner is KEY_EXISTS',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const entry = await store.put(`${prefix}/one`, bytes('first'))
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      await rejectsWith('a taken name', session.createOrdered(prefix, bytes('second'), { name: 'one' }), 'KEY_EXISTS')
      assertSameEntry(await store.get(entry.key), entry)
    },
  },
  {
    name: 'createOrdered repeated in the same session gives the same entry',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      const create = () => session.createOrdered(prefix, bytes('value'), { name: 'one' })
      const entry = await create()
      assertSameEntry(await create(), entry)
      for (const same of await Promise.all([create(), create(), create()])) assertSameEntry(same, entry)
      assert.deepEqual(names(await store.list(prefix)), ['one'])
    },
  },
  {
    name: 'one entry results when the answer to createOrdered is lost',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store: other } = await connect()
      for (const name of [undefined, 'one']) {
        const beneath = `${prefix}/${name ?? 'unnamed'}`
        const connection = await connect()
        const session = await connection.store.openSession({ ttlMs: steadyTtlMs })
        connection.loseNextAnswer()
        const entry = await session.createOrdered(beneath, bytes('value'), { name })
        const listed = await other.list(beneath)
        assert.equal(listed.length, 1, `${listed.length} entries after a lost answer`)
        assertSameEntry(listed[0], entry)
      }
    },
  },
  {
    name: 'one entry results when the answer to createOrdered is lost twice',
    async run({ connect, prefix, steadyTtlMs }) {
      const connection = await connect()
      const session = await connection.store.openSession({ ttlMs: steadyTtlMs })
      connection.loseNextAnswer()
      connection.loseNextAnswer()
      const entry = await session.createOrdered(prefix, bytes('value'))
      assert.deepEqual(names(await connection.store.list(prefix)), names([entry]))
    },
  },
  {
    name: 'numbered names bear numbers that rise, one for each creation, or they are UNSUPPORTED',
    async run({ connect, prefix, steadyTtlMs }) {
      const connection = await connect()
      const session = await connection.store.openSession({ ttlMs: steadyTtlMs })
      const create = (name: string) => session.createOrdered(prefix, bytes('value'), { name, numbered: true })
      const first = await create('b-').catch((error: unknown) => error)
      if (first instanceof Error) {
        assertCode('a numbered name', first, 'UNSUPPORTED')
        assert.deepEqual(await connection.store.list(prefix), [])
        return
      }
      connection.loseNextAnswer()
      await create('a-')
      const listed = names(await connection.store.list(prefix))
      assert.equal(listed.length, 2, `${listed.length} entries after two creations`)
      const numbers = listed.map((name, i) => {
        const [, letter, digits] = /^(.)-(\d+)$/.exec(name ?? '') ?? []
        assert.equal(letter, 'ba'[i], `${name} must be the given name and a number`)
        return Number(digits)
      })
      assert.ok(numbers[0]! < numbers[1]!, `${listed.join()} must rise`)
    },
  },
]
