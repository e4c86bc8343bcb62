import assert from 'node:assert/strict'
import { isConsensusError } from '@eldest/core'
import type { Case } from '../case.js'
import { assertSameEntry, bytes, names, text } from '../entry.js'
import { openTarget, operations } from '../operations.js'
import { eventually, within } from '../patience.js'
import { assertCode, rejectionOf } from '../rejection.js'

export const faultCases: Case[] = [
  {
    name: 'every call settles within the request timeout while the connection is cut, as UNAVAILABLE or in doubt',
    async run(context) {
      const { connection, target } = await openTarget(context)
      await connection.cut()
      const limitMs = connection.store.capabilities.requestTimeoutMs + context.patienceMs
      const calls = operations(target).filter(({ kind }) => kind !== 'watch')
      const settled = calls.map(async ({ name, run }) => {
        const error = await within(`${name} settles`, limitMs, rejectionOf(name, run()))
        assertCode(name, error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN')
      })
      await Promise.all(settled)
    },
  },
  {
    name: 'a write that is UNAVAILABLE did not happen',
    async run(context) {
      const { connection, target, entry } = await openTarget(context)
      const { store } = await context.connect()
      const unowned = await store.put(`${context.prefix}/written`, bytes('before'))
      await connection.cut()
      const writes = operations(target).filter(({ kind }) => kind === 'write')
      const errors = await Promise.all(writes.map(({ name, run }) => rejectionOf(name, run())))
      await connection.heal()
      await eventually('the client is back', context.patienceMs, () => answers(connection.store.get(entry.key)))
      const failed = (name: string) =>
        writes.some((write, i) => write.name.endsWith(name) && !isConsensusError(errors[i], 'UNAVAILABLE'))
      if (!failed('put')) assertSameEntry(await store.get(unowned.key), unowned)
      if (!failed('delete')) assertSameEntry(await store.get(entry.key), entry)
      const created = names(await store.list(context.prefix)).filter((name) => name?.startsWith('created'))
      if (!failed('createOrdered')) assert.deepEqual(created, [])
    },
  },
  {
    name: 'a write whose answer is lost never claims that it did not happen',
    async run(context) {
      const { connection, entry } = await openTarget(context)
      const { store } = await context.connect()
      const unclaimed = async (what: string, write: () => Promise<unknown>) => {
        connection.loseNextAnswer()
        await write().catch((error: unknown) => assertCode(what, error, 'OUTCOME_UNKNOWN', 'BACKEND'))
      }
      const key = `${context.prefix}/written`
      await unclaimed('put', () => connection.store.put(key, bytes('1')))
      assert.equal(text(await store.get(key)), '1')
      await unclaimed('guarded put', () => connection.store.put(key, bytes('2'), { guard: entry }))
      assert.equal(text(await store.get(key)), '2')
      await unclaimed('delete', () => connection.store.delete(key))
      assert.equal(await store.get(key), undefined)
      await unclaimed('delete of the guard', () => connection.store.delete(entry.key, { guard: entry }))
      assert.equal(await store.get(entry.key), undefined)
    },
  },
  {
    name: 'a client works again once its connection is healed',
    async run(context) {
      const { connection, target, entry } = await openTarget(context)
      await connection.cut()
      await rejectionOf('get', connection.store.get(entry.key))
      await connection.heal()
      await eventually('reads work', context.patienceMs, () => answers(connection.store.get(entry.key)))
      for (const { name, run } of operations(target)) {
        if (name !== 'delete') await within(`${name} settles`, context.patienceMs, run())
      }
    },
  },
]

function answers(request: Promise<unknown>): Promise<boolean> {
  return request.then(
    () => true,
    () => false,
  )
}
