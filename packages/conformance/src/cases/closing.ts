import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { bytes } from '../entry.js'
import { openTarget, operations } from '../operations.js'
import { eventually, within } from '../patience.js'
import { assertCode, rejectsWith } from '../rejection.js'
import { WatchReader } from '../watch-reader.js'

export const closingCases: Case[] = [
  {
    name: 'every call is STORE_CLOSED after close',
    async run(context) {
      const { connection, target } = await openTarget(context)
      await connection.store.close()
      for (const { name, run } of operations(target)) {
        await rejectsWith(name, within(`${name} settles`, context.patienceMs, run()), 'STORE_CLOSED')
      }
    },
  },
  {
    name: 'every watch ends with STORE_CLOSED when the store is closed',
    async run({ connect, prefix, patienceMs }) {
      const { store } = await connect()
      const readers = [new WatchReader(store.watch(`${prefix}/one`)), new WatchReader(store.watchPrefix(prefix))]
      for (const reader of readers) await eventually('the state arrives', patienceMs, () => reader.states.length > 0)
      await store.close()
      for (const reader of readers) {
        await eventually('the watch ends', patienceMs, () => reader.end !== undefined)
        assertCode('the watch', reader.end?.error, 'STORE_CLOSED')
      }
    },
  },
  {
    name: 'close ends every session of the store, and none of another client',
    async run(context) {
      const { connection, session } = await openTarget(context)
      const second = await connection.store.openSession({ ttlMs: context.steadyTtlMs })
      await second.createOrdered(context.prefix, bytes('x'))
      const { store } = await context.connect()
      const theirs = await store.openSession({ ttlMs: context.steadyTtlMs })
      await theirs.createOrdered(`${context.prefix}/theirs`, bytes('x'))
      await connection.store.close()
      assert.ok(session.ended.aborted && second.ended.aborted, 'the sessions must have ended')
      assert.deepEqual(await store.list(context.prefix), [])
      assert.equal((await store.list(`${context.prefix}/theirs`)).length, 1)
      assert.equal(theirs.ended.aborted, false)
    },
  },
  {
    name: 'close is idempotent, and so is leaving the scope of the store',
    async run(context) {
      const { connection, session } = await openTarget(context)
      const { store } = connection
      await Promise.all([store.close(), store.close(), store[Symbol.asyncDispose]()])
      await store.close()
      await session.close()
      await rejectsWith('get', store.get('any/key'), 'STORE_CLOSED')
    },
  },
  {
    name: 'close settles within the TTL of its sessions while the connection is cut',
    async run({ connect, prefix, ttlMs, patienceMs }) {
      const connection = await connect()
      const session = await connection.store.openSession({ ttlMs })
      await session.createOrdered(prefix, bytes('x'))
      const reader = new WatchReader(connection.store.watchPrefix(prefix))
      await connection.cut()
      await within('close settles', session.ttlMs + patienceMs, connection.store.close())
      assertCode('the reason of ended', session.ended.reason, 'STORE_CLOSED')
      await eventually('the watch ends', patienceMs, () => reader.end !== undefined)
    },
  },
  {
    name: 'a session that is granted while the store closes is ended',
    async run({ connect, prefix, steadyTtlMs, patienceMs }) {
      const { store } = await connect()
      const opening = store.openSession({ ttlMs: steadyTtlMs })
      const outcome = opening.then(
        (session) => ({ session }),
        (error: unknown) => ({ error }),
      )
      await store.close()
      const settled = await within('openSession settles', patienceMs, outcome)
      if ('error' in settled) {
        assertCode('openSession', settled.error, 'STORE_CLOSED')
        return
      }
      await eventually('the session ends', patienceMs, () => settled.session.ended.aborted)
      await rejectsWith('createOrdered', settled.session.createOrdered(prefix, bytes('x')), 'STORE_CLOSED')
    },
  },
  {
    name: 'calls that are under way when the store is closed settle',
    async run(context) {
      const { connection, target } = await openTarget(context)
      const calls = operations(target).filter(({ name }) => name !== 'openSession')
      const settled = Promise.allSettled(calls.map(({ run }) => run()))
      await connection.store.close()
      const limitMs = connection.store.capabilities.requestTimeoutMs + context.patienceMs
      for (const [i, outcome] of (await within('every call settles', limitMs, settled)).entries()) {
        // A session is closed with its store, so a creation may find either of them gone.
        if (outcome.status === 'rejected') {
          assertCode(calls[i]!.name, outcome.reason, 'STORE_CLOSED', 'OUTCOME_UNKNOWN', 'GUARD_FAILED', 'SESSION_LOST')
        }
      }
    },
  },
]
