import assert from 'node:assert/strict'
import type { Case, CaseContext } from '../case.js'
import { bytes } from '../entry.js'
import { leaked, steadyHandles } from '../handles.js'
import { openTarget, operations } from '../operations.js'
import { eventually, throughout } from '../patience.js'
import { UnhandledRejections } from '../unhandled-rejections.js'
import { WatchReader } from '../watch-reader.js'

export const nothingHiddenCases: Case[] = [
  {
    name: 'no handle keeps the process alive after close',
    alone: true,
    async run(context) {
      await useAndClose(context) // what a client library opens once in a process is not this store's
      const before = await steadyHandles()
      for (let i = 0; i < 3; i++) await useAndClose(context)
      await eventually('no handle is left', context.patienceMs, () => leaked(before) === '').catch((error: unknown) => {
        assert.fail(`${leaked(before)} left after close: ${String(error)}`)
      })
    },
  },
  {
    name: 'no rejection is unhandled, whatever fails',
    alone: true,
    async run(context) {
      const unhandled = new UnhandledRejections()
      try {
        await failEverywhere(context)
        await throughout(50, () => assert.deepEqual(unhandled.seen, []))
      } finally {
        unhandled.stop()
      }
    },
  },
]

/** Uses all that a store has, with a session and two watches open to the last and calls that were aborted. */
async function useAndClose(context: CaseContext): Promise<void> {
  const { connection, target } = await openTarget({ ...context, prefix: `${context.prefix}/${Math.random()}` })
  const { store } = connection
  const readers = [new WatchReader(store.watch(target.entry.key)), new WatchReader(store.watchPrefix(target.prefix))]
  for (const reader of readers) await eventually('a state', context.patienceMs, () => reader.states.length > 0)
  const lost = await store.openSession({ ttlMs: context.steadyTtlMs })
  await context.endSession(lost.id)
  const abandoned = await store.openSession({ ttlMs: context.ttlMs })
  abandoned.abandon()
  for (const { kind, run } of operations(target)) {
    if (kind === 'watch') continue
    const stopped = new AbortController()
    const aborted = run({ signal: stopped.signal }).catch(() => undefined)
    stopped.abort()
    await aborted
    await run()
  }
  await store.close()
}

/** Aborted, cut, lost and closed under way. Every promise that a caller gets is handled. */
async function failEverywhere(context: CaseContext): Promise<void> {
  const { connection, target, session, entry } = await openTarget(context)
  const { store } = connection
  const ignored = (promise: Promise<unknown>) => promise.catch(() => undefined)
  new WatchReader(store.watch(entry.key))
  const every = (options = {}) => operations(target).map(({ run }) => ignored(run(options)))
  const stopped = new AbortController()
  const aborted = every({ signal: stopped.signal })
  stopped.abort(new Error('of the caller'))
  await Promise.all(aborted)
  await connection.cut()
  const short = operations(target).filter(({ kind }) => kind !== 'watch')
  await Promise.all(short.map(({ run }) => ignored(run())))
  await connection.heal()
  const doomed = await store.openSession({ ttlMs: context.ttlMs })
  await doomed.createOrdered(context.prefix, bytes('x'))
  const creations = [doomed, session].map((one) => ignored(one.createOrdered(context.prefix, bytes('x'))))
  await context.endSession(doomed.id)
  await Promise.all(creations)
  await eventually('ended fires', doomed.ttlMs + context.patienceMs, () => doomed.ended.aborted)
  const cutOff = await store.openSession({ ttlMs: context.ttlMs })
  await connection.cut()
  await eventually('ended fires', cutOff.ttlMs + context.patienceMs, () => cutOff.ended.aborted)
  await connection.heal()
  const late = every()
  await store.close()
  await Promise.all(late)
}
