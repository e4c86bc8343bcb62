import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, names } from '../entry.js'
import { openTarget, operations } from '../operations.js'
import { eventually, throughout, within } from '../patience.js'
import { rejectionOf } from '../rejection.js'

export const cancellationCases: Case[] = [
  {
    name: 'an aborted signal rejects with its reason, untouched, before any I/O',
    async run(context) {
      const { connection, target } = await openTarget(context)
      await connection.cut()
      for (const reason of [new Error('of the caller'), { no: 'error' }, 'text']) {
        for (const { name, run } of operations(target)) {
          const signal = AbortSignal.abort(reason)
          const error = await rejectionOf(name, within(`${name} settles`, context.patienceMs, run({ signal })))
          assert.ok(error === reason, `${name} must reject with the reason itself, not ${String(error)}`)
        }
      }
    },
  },
  {
    name: 'an aborted signal leaves everything unwritten',
    async run(context) {
      const { connection, target } = await openTarget(context)
      const signal = AbortSignal.abort()
      for (const { name, run } of operations(target)) await rejectionOf(name, run({ signal }))
      await throughout(50, async () => {
        const listed = await connection.store.list(context.prefix)
        assert.equal(listed.length, 1, `${names(listed).join()} after aborted writes`)
        assertSameEntry(listed[0], target.entry)
      })
    },
  },
  {
    name: 'an abort while a call is under way rejects with its reason, untouched',
    async run(context) {
      const { target } = await openTarget(context)
      for (const { name, kind, run } of operations(target)) {
        if (kind === 'watch') continue // its first state may be there already
        const stopped = new AbortController()
        const reason = new Error('of the caller')
        const call = rejectionOf(name, run({ signal: stopped.signal }))
        stopped.abort(reason)
        const error = await within(`${name} settles`, context.patienceMs, call)
        assert.ok(error === reason, `${name} must reject with the reason itself, not ${String(error)}`)
      }
    },
  },
  {
    name: 'an abort ends a watch that waits, with the reason, untouched',
    async run({ connect, prefix, patienceMs }) {
      const { store } = await connect()
      const stopped = new AbortController()
      const reason = new Error('of the caller')
      const watches: AsyncIterator<unknown>[] = [
        store.watch(`${prefix}/one`, { signal: stopped.signal })[Symbol.asyncIterator](),
        store.watchPrefix(prefix, { signal: stopped.signal })[Symbol.asyncIterator](),
      ]
      for (const watch of watches) assert.equal((await watch.next()).done, false)
      const waiting = watches.map((watch) => rejectionOf('the watch', watch.next()))
      stopped.abort(reason)
      for (const error of await within('the watches end', patienceMs, Promise.all(waiting))) {
        assert.ok(error === reason, `a watch must reject with the reason itself, not ${String(error)}`)
      }
      for (const watch of watches) assert.equal((await watch.next()).done, true)
    },
  },
  {
    name: 'leaving the loop ends a watch, also while it waits',
    async run({ connect, prefix, patienceMs }) {
      const { store } = await connect()
      const iterables: AsyncIterable<unknown>[] = [store.watch(`${prefix}/one`), store.watchPrefix(prefix)]
      for (const iterable of iterables) {
        const watch = iterable[Symbol.asyncIterator]()
        await watch.next()
        const waiting = watch.next()
        const [waited] = await within('the wait ends', patienceMs, Promise.all([waiting, watch.return?.()]))
        assert.equal(waited.done, true)
        await store.put(`${prefix}/one`, bytes('later'))
        assert.equal((await watch.next()).done, true)
      }
    },
  },
  {
    name: 'an abort of createOrdered leaves no entry',
    async run({ connect, prefix, steadyTtlMs, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const created: string[] = []
      for (let delayMs = -1; delayMs < 6; delayMs++) {
        const stopped = new AbortController()
        const name = `delay${delayMs}`
        const creation = session.createOrdered(prefix, bytes('x'), { name, signal: stopped.signal }).then(
          () => created.push(name),
          () => undefined,
        )
        if (delayMs >= 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
        stopped.abort()
        await creation
      }
      const settled = async () => names(await theirs.store.list(prefix)).join() === created.join()
      await new Promise((resolve) => setTimeout(resolve, 100)) // an entry may have to come before it can go
      await eventually(`only "${created.join()}" is left`, patienceMs, settled)
    },
  },
  {
    name: 'an abort of createOrdered leaves no entry, also when its answer was lost',
    async run({ connect, prefix, steadyTtlMs, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs: steadyTtlMs })
      const created: string[] = []
      for (let i = 0; i < 3; i++) {
        const stopped = new AbortController()
        const name = `try${i}`
        mine.loseNextAnswer()
        const creation = session.createOrdered(prefix, bytes('x'), { name, signal: stopped.signal }).then(
          () => created.push(name), // answered at a second try before the abort
          () => undefined,
        )
        const written = async () => (await theirs.store.get(`${prefix}/${name}`)) !== undefined
        await eventually('the entry is written', patienceMs, written)
        stopped.abort()
        await creation
      }
      const settled = async () => names(await theirs.store.list(prefix)).join() === created.join()
      await eventually(`only "${created.join()}" is left`, patienceMs, settled)
      assert.equal(session.ended.aborted, false)
    },
  },
  {
    name: 'a call that is over leaves no listener on its signal',
    async run(context) {
      const { connection, target } = await openTarget(context)
      const { signal } = new AbortController()
      for (const { kind, run } of operations(target)) if (kind !== 'watch') await run({ signal })
      const guard = await connection.store.put(`${context.prefix}/gone`, bytes('x'))
      await connection.store.delete(guard.key)
      await rejectionOf('put', connection.store.put(guard.key, bytes('x'), { guard, signal }))
      for await (const state of connection.store.watch(guard.key, { signal })) if (!state) break
      for await (const state of connection.store.watchPrefix(context.prefix, { signal })) if (state.length) break
      assert.equal(getEventListeners(signal, 'abort').length, 0)
    },
  },
]
