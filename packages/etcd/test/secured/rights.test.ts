import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import type { ConsensusStore } from '@eldest/core'
import { afterEach, expect, test } from 'vitest'
import { type EtcdCredentials, EtcdStore, policy } from '../../src/index.js'
import { freshNamespace, variable } from '../etcd-servers.js'
import { keysOf, userWith } from './administrator.js'

const hosts = [{ host: '127.0.0.1', port: Number(variable('ETCD_USERS_PORT')) }]
const stores: ConsensusStore[] = []

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
})

async function open(namespace: string, credentials?: EtcdCredentials | (() => EtcdCredentials)) {
  const store = await EtcdStore.open({
    hosts,
    namespace,
    requestTimeoutMs: 2000,
    ...(credentials && { credentials }),
  })
  stores.push(store)
  return store
}

/** A refusal that names the right. */
function denied(right: RegExp): unknown {
  return expect.objectContaining({ code: 'ACCESS_DENIED', message: expect.stringMatching(right) as unknown })
}

test('the rights of policy(namespace) are enough for all that a store does', async () => {
  const namespace = freshNamespace()
  expect(policy(namespace)).toMatch(`readwrite ${namespace}/ ${namespace}0\n`)
  const store = await open(namespace, await userWith(keysOf(namespace)))
  const session = await store.openSession({ ttlMs: 10_000 })
  const entry = await session.createOrdered('line', new Uint8Array([1]))
  await store.put(entry.key, new Uint8Array([2]), { guard: entry })
  expect(await store.list('line')).toHaveLength(1)
  for await (const state of store.watch(entry.key)) {
    expect(state?.value).toEqual(new Uint8Array([2]))
    break
  }
  expect(await store.delete(entry.key, { guard: entry })).toBe(true)
})

test('a user of another namespace, a wrong password, an unknown user and none are refused at the opening', async () => {
  const stranger = await userWith(keysOf('other'))
  await expect(open('mine', stranger)).rejects.toEqual(denied(/the user needs "?read.*mine\//))
  const wrong = { ...stranger, password: randomUUID() }
  const error = await open('mine', wrong).catch((error: unknown) => error)
  expect(error).toEqual(denied(new RegExp(stranger.user)))
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toMatch(wrong.password)
  await expect(open('mine', { user: randomUUID(), password: 'x' })).rejects.toEqual(denied(/log in user/))
  await expect(open('mine')).rejects.toEqual(denied(/wants a user and a password/))
})

test('without the right to write nothing is made, and the error names it', async () => {
  const namespace = freshNamespace()
  const store = await open(namespace, await userWith(keysOf(namespace, 'Read')))
  const session = await store.openSession({ ttlMs: 10_000 })
  const right = denied(/write.* on .*/)
  await expect(session.createOrdered('line', new Uint8Array())).rejects.toEqual(right)
  await expect(store.put('key', new Uint8Array())).rejects.toEqual(right)
  expect(await store.list('line')).toEqual([])
})

test('without the right to read no store is opened, and the error names it', async () => {
  const namespace = freshNamespace()
  const user = await userWith(keysOf(namespace, 'Write'))
  await expect(open(namespace, user)).rejects.toEqual(denied(/read.* on .*/))
})

test('a list and a watch that may not be read are refused, not empty', async () => {
  const namespace = freshNamespace()
  const whole = keysOf(namespace)
  // All keys before "line": enough to open.
  const store = await open(namespace, await userWith({ ...whole, rangeEnd: `${namespace}/l` }))
  const right = denied(/read.* on .*line/)
  await expect(store.list('line')).rejects.toEqual(right)
  await expect(store.get('line/one')).rejects.toEqual(right)
  const first = async (states: AsyncIterable<unknown>) => {
    for await (const state of states) return state
    return undefined
  }
  await expect(first(store.watchPrefix('line'))).rejects.toEqual(right)
  await expect(first(store.watch('line/one'))).rejects.toEqual(right)
})

test('a function that supplies the credentials is asked again when what it gave is refused', async () => {
  const namespace = freshNamespace()
  const user = await userWith(keysOf(namespace))
  const users = [{ ...user, password: randomUUID() }, user]
  let asked = 0
  const store = await open(namespace, () => users[Math.min(asked++, 1)]!)
  expect(await store.get('key')).toBeUndefined()
  expect(asked).toBe(2)
})
