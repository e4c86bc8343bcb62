import { inspect } from 'node:util'
import type { ConsensusStore } from '@eldest/core'
import { afterEach, expect, test } from 'vitest'
import { policy, ZooKeeperStore } from '../../src/index.js'
import { freshNamespace, variable } from '../zookeeper-servers.js'
import { freshUser, namespaceFor, type User } from './administrator.js'

const hosts = [{ host: '127.0.0.1', port: Number(variable('ZOOKEEPER_ACL_PORT')) }]
const stores: ConsensusStore[] = []

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
})

async function open(chroot: string, credentials?: User | (() => User)): Promise<ConsensusStore> {
  const store = await ZooKeeperStore.open({
    hosts,
    chroot,
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

test('the permissions of policy(chroot) are enough for all that a store does', async () => {
  expect(policy('eldest')).toMatch('digest:DIGEST:cr\n')
  const user = freshUser()
  const store = await open(await namespaceFor('cr', user), user)
  const session = await store.openSession({ ttlMs: 4000 })
  const entry = await session.createOrdered('line', new Uint8Array([1]))
  await store.put(entry.key, new Uint8Array([2]), { guard: entry })
  await store.put('unowned', new Uint8Array([3]), { guard: entry })
  expect(await store.list('line')).toHaveLength(1)
  for await (const state of store.watch(entry.key)) {
    expect(state?.value).toEqual(new Uint8Array([2]))
    break
  }
  expect(await store.delete('unowned')).toBe(true)
  expect(await store.delete(entry.key, { guard: entry })).toBe(true)
})

test('another user, and none, are refused at the opening', async () => {
  const namespace = await namespaceFor('cr', freshUser())
  const stranger = freshUser()
  const error = await open(namespace, stranger).catch((error: unknown) => error)
  expect(error).toEqual(denied(new RegExp(`READ on /${namespace}`)))
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toMatch(stranger.password)
  await expect(open(namespace)).rejects.toEqual(denied(new RegExp(`READ on /${namespace}`)))
})

test('without READ no store is opened, and the error names it', async () => {
  const user = freshUser()
  const namespace = await namespaceFor('c', user)
  await expect(open(namespace, user)).rejects.toEqual(denied(new RegExp(`READ on /${namespace}`)))
})

test('without CREATE nothing is made, and the error names it', async () => {
  const user = freshUser()
  const namespace = await namespaceFor('r', user)
  const store = await open(namespace, user)
  const session = await store.openSession({ ttlMs: 4000 })
  const right = denied(new RegExp(`CREATE .*on /${namespace}`))
  await expect(session.createOrdered('line', new Uint8Array())).rejects.toEqual(right)
  await expect(store.put('key', new Uint8Array())).rejects.toEqual(right)
  expect(await store.list('line')).toEqual([])
})

test('a chroot that is not there, and may not be made, is refused with the right that it needs', async () => {
  await expect(open(freshNamespace(), freshUser())).rejects.toEqual(denied(/CREATE above it/))
})

test('a list and a watch of what belongs to another user are refused, not empty', async () => {
  const [mine, yours] = [freshUser(), freshUser()]
  const namespace = await namespaceFor('cr', mine, yours)
  await (await open(namespace, mine)).put('line/one', new Uint8Array())
  const store = await open(namespace, yours)
  const right = denied(/READ on/)
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
  const user = freshUser()
  const users = [freshUser(), user]
  let asked = 0
  const store = await open(await namespaceFor('cr', user), () => users[Math.min(asked++, 1)]!)
  expect(await store.get('key')).toBeUndefined()
  expect(asked).toBe(2)
})
