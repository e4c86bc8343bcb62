import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { bytes, names, text } from '../entry.js'
import { assertNeverBack, assertPrefixNeverBack, WatchReader } from '../watch-reader.js'

export const watchPersistenceCases: Case[] = [
  {
    name: 'the last state arrives after a burst of writes, also at a slow reader, and no state goes back',
    async run({ connect, prefix, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const key = `${prefix}/one`
      for (let burst = 0; burst < 5; burst++) {
        const keyReaders = [0, 10].map((pauseMs) => new WatchReader(mine.store.watch(key), { pauseMs }))
        const prefixReaders = [0, 10].map((pauseMs) => new WatchReader(mine.store.watchPrefix(prefix), { pauseMs }))
        for (let i = 0; i < 20; i++) {
          const { store } = i % 3 ? theirs : mine
          if (i % 7 === 6) await store.delete(key)
          else await store.put(key, bytes(`${burst}.${i}`))
        }
        const last = await theirs.store.put(key, bytes(`${burst}.last`))
        for (const reader of keyReaders) {
          await reader.until('the last value', patienceMs, (state) => state?.modRevision === last.modRevision)
          assertNeverBack(reader.states)
        }
        for (const reader of prefixReaders) {
          await reader.until('the last value', patienceMs, ([entry]) => entry?.modRevision === last.modRevision)
          assertPrefixNeverBack(reader.states)
        }
      }
    },
  },
  {
    name: 'the last state arrives after a burst that ends in a deletion',
    async run({ connect, prefix, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const key = `${prefix}/one`
      for (let burst = 0; burst < 5; burst++) {
        await theirs.store.put(key, bytes('before'))
        const reader = new WatchReader(mine.store.watch(key))
        const beneath = new WatchReader(mine.store.watchPrefix(prefix))
        await reader.until('the entry', patienceMs, (state) => state !== undefined)
        const puts = [1, 2, 3].map((i) => theirs.store.put(key, bytes(`${burst}.${i}`)))
        await Promise.all(puts)
        await theirs.store.delete(key)
        await reader.until('the deletion', patienceMs, (state) => state === undefined)
        await beneath.until('the deletion', patienceMs, (entries) => entries.length === 0)
        assertNeverBack(reader.states)
      }
    },
  },
  {
    name: 'a watch goes on after its connection was cut and healed',
    async run({ connect, prefix, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const [changed, deleted] = [`${prefix}/changed`, `${prefix}/deleted`]
      await theirs.store.put(changed, bytes('before'))
      await theirs.store.put(deleted, bytes('before'))
      const readers = [new WatchReader(mine.store.watch(changed)), new WatchReader(mine.store.watch(deleted))] as const
      const beneath = new WatchReader(mine.store.watchPrefix(prefix))
      for (const reader of readers) await reader.until('the value', patienceMs, (state) => text(state) === 'before')
      await beneath.until('both', patienceMs, (entries) => names(entries).join() === 'changed,deleted')
      await mine.cut()
      await theirs.store.put(changed, bytes('meanwhile'))
      await theirs.store.delete(deleted)
      await mine.heal()
      await readers[0].until('the new value', patienceMs, (state) => text(state) === 'meanwhile')
      await readers[1].until('the deletion', patienceMs, (state) => state === undefined)
      await beneath.until('the new state', patienceMs, (entries) => names(entries).join() === 'changed')
      await theirs.store.put(changed, bytes('after'))
      await readers[0].until('what comes later', patienceMs, (state) => text(state) === 'after')
      for (const reader of readers) assertNeverBack(reader.states)
      assertPrefixNeverBack(beneath.states)
    },
  },
  {
    name: 'a watch that begins while the connection is cut shows the state once it is healed',
    async run({ connect, prefix, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      await theirs.store.put(`${prefix}/one`, bytes('x'))
      await mine.cut()
      const reader = new WatchReader(mine.store.watch(`${prefix}/one`))
      const beneath = new WatchReader(mine.store.watchPrefix(prefix))
      await new Promise((resolve) => setTimeout(resolve, 20))
      assert.deepEqual([...reader.states, ...beneath.states], [], 'nothing can be known while the connection is cut')
      await mine.heal()
      await reader.until('the value', patienceMs, (state) => text(state) === 'x')
      await beneath.until('the entry', patienceMs, (entries) => names(entries).join() === 'one')
    },
  },
]
