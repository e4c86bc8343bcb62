import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { type ConsensusStore } from '@eldest/core'
import { afterEach, expect, test } from 'vitest'
import { ConsulStore, policy } from '../../src/index.js'
import { freshNamespace, variable } from '../consul-servers.js'

const port = Number(variable('CONSUL_ACL_PORT'))
const hosts = [{ host: '127.0.0.1', port }]
const made: string[] = []
const stores: ConsensusStore[] = []

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
  for (const path of made.splice(0)) await administer('DELETE', path)
})

async function administer(method: string, path: string, body?: unknown): Promise<{ ID: string; SecretID: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/acl/${path}`, {
    method,
    headers: { 'X-Consul-Token': variable('CONSUL_ROOT_TOKEN') },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as { ID: string; SecretID: string }
}

/** A token with these rules and no others. */
async function tokenWith(rules: string): Promise<string> {
  const name = `test-${randomUUID()}`
  const { ID } = await administer('PUT', 'policy', { Name: name, Rules: rules })
  const token = await administer('PUT', 'token', { Policies: [{ ID }] })
  made.push(`token/${(token as unknown as { AccessorID: string }).AccessorID}`, `policy/${ID}`)
  return token.SecretID
}

async function open(namespace: string, token?: string | (() => string)): Promise<ConsensusStore> {
  const store = await ConsulStore.open({ hosts, namespace, requestTimeoutMs: 2000, ...(token && { token }) })
  stores.push(store)
  return store
}

/** A refusal that names the right. */
function denied(right: RegExp): unknown {
  return expect.objectContaining({ code: 'ACCESS_DENIED', message: expect.stringMatching(right) as unknown })
}

test('the rules of policy(namespace), pasted as they are, are enough for all that a store does', async () => {
  const namespace = freshNamespace()
  const store = await open(namespace, await tokenWith(policy(namespace)))
  const session = await store.openSession({ ttlMs: 10_000 })
  const entry = await session.createOrdered('line', new Uint8Array([1]))
  await store.put(entry.key, new Uint8Array([2]), { guard: entry })
  expect(await store.list('line')).toHaveLength(1)
  for await (const state of store.watch(entry.key)) {
    expect(state?.value).toEqual(new Uint8Array([2]))
    break
  }
  expect(await store.delete(entry.key, { guard: entry })).toBe(true)
  expect(store.capabilities.minTtlMs).toBe(10_000)
})

test('a token of another namespace, an unknown one and none are refused at the opening', async () => {
  const right = /key_prefix "mine\/" \{ policy = "read" \}/
  await expect(open('mine', await tokenWith(policy('other')))).rejects.toEqual(denied(right))
  await expect(open('mine', variable('CONSUL_STRANGER_TOKEN'))).rejects.toEqual(denied(right))
  await expect(open('mine')).rejects.toEqual(denied(right))
  const unknown = randomUUID()
  const error = await open('mine', unknown).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'ACCESS_DENIED' })
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toMatch(unknown)
})

test('without the right to sessions none is opened, and the error names it', async () => {
  const namespace = freshNamespace()
  const store = await open(namespace, await tokenWith(`key_prefix "${namespace}/" { policy = "write" }`))
  await expect(store.openSession({ ttlMs: 10_000 })).rejects.toEqual(denied(/session_prefix "" \{ policy = "write" \}/))
})

test('without the right to write nothing is made, and the error names it', async () => {
  const namespace = freshNamespace()
  const rules = `key_prefix "${namespace}/" { policy = "read" } session_prefix "" { policy = "write" }`
  const store = await open(namespace, await tokenWith(rules))
  const session = await store.openSession({ ttlMs: 10_000 })
  const right = denied(new RegExp(`key_prefix "${namespace}/" \\{ policy = "write" \\}`))
  await expect(session.createOrdered('line', new Uint8Array())).rejects.toEqual(right)
  await expect(store.put('key', new Uint8Array())).rejects.toEqual(right)
  expect(await store.list('line')).toEqual([])
})

test('a list and a watch that may not be read are refused, not empty', async () => {
  const namespace = freshNamespace()
  // Enough to open: what is read there is beneath "elections".
  const store = await open(namespace, await tokenWith(`key_prefix "${namespace}/elections" { policy = "read" }`))
  const right = denied(/policy = "read"/)
  await expect(store.list('line')).rejects.toEqual(right)
  await expect(store.get('line/one')).rejects.toEqual(right)
  const first = async (states: AsyncIterable<unknown>) => {
    for await (const state of states) return state
    return undefined
  }
  await expect(first(store.watchPrefix('line'))).rejects.toEqual(right)
  await expect(first(store.watch('line/one'))).rejects.toEqual(right)
})

test('a function that supplies the token is asked again when what it gave is refused', async () => {
  const namespace = freshNamespace()
  const tokens = [randomUUID(), await tokenWith(policy(namespace))]
  let asked = 0
  const store = await open(namespace, () => tokens[Math.min(asked++, 1)]!)
  expect(await store.get('key')).toBeUndefined()
  expect(asked).toBe(2)
})
