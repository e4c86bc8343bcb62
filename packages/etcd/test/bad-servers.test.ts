import { inspect } from 'node:util'
import { TcpProxy } from '@eldest/conformance'
import { connect, isConsensusError } from '@eldest/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { address, freshNamespace, variable } from './etcd-servers.js'

const TIMEOUT_MS = 1000
/** tcpmux: nobody serves it, and no other test is given it. */
const closedPort = 1
/** Of a busy machine. */
const SLACK_MS = 5000

async function opening(authority: string): Promise<unknown> {
  const url = `etcd://${authority}/${freshNamespace()}?requestTimeoutMs=${TIMEOUT_MS}`
  const startMs = performance.now()
  const error = await connect(url, { adapters: [adapter] }).then(
    (store) => store.close().then(() => undefined),
    (error: unknown) => error,
  )
  expect(performance.now() - startMs).toBeLessThan(TIMEOUT_MS + SLACK_MS)
  expect(inspect(error, { depth: Infinity })).not.toMatch(/secret/)
  return error
}

describe('opening fails within the request timeout, with one clear error,', () => {
  let silent: TcpProxy
  beforeAll(async () => {
    silent = await TcpProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
    silent.silence()
  })
  afterAll(() => silent.close())

  test('at a port where nobody listens', async () => {
    const refused = { code: 'UNAVAILABLE', message: expect.stringMatching(/ECONNREFUSED/) as unknown }
    expect(await opening(`me:secret@127.0.0.1:${closedPort}`)).toMatchObject(refused)
    expect(await opening(`127.0.0.1:${closedPort}`)).toMatchObject(refused)
  })
  test('at a name that does not exist', async () => {
    expect(await opening('me:secret@nowhere.invalid:2379')).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/nowhere.invalid/) as unknown,
    })
  })
  test('at a server that is silent', async () => {
    expect(await opening(`me:secret@127.0.0.1:${silent.port}`)).toMatchObject({ code: 'UNAVAILABLE' })
  })
  test.each(['CONSUL_PORT', 'ZOOKEEPER_PORT'])('at another kind of server (%s)', async (port) => {
    const error = await opening(`me:secret@${address(port)}`)
    expect(isConsensusError(error, 'BACKEND', 'UNAVAILABLE'), String(error)).toBe(true)
    expect(String(error)).toMatch(`127.0.0.1:${variable(port)}`)
  })
  test('at a web server', async () => {
    const { createServer } = await import('node:http')
    const server = createServer((_request, response) => response.end('[]')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const at = server.address()
      const error = await opening(`me:secret@127.0.0.1:${typeof at === 'object' && at ? at.port : 0}`)
      expect(isConsensusError(error, 'BACKEND', 'UNAVAILABLE'), String(error)).toBe(true)
    } finally {
      server.close()
    }
  })
  test('but not when one of several hosts answers', async () => {
    expect(await opening(`127.0.0.1:${closedPort},${address('ETCD_PORT')}`)).toBeUndefined()
    expect(await opening(`127.0.0.1:${silent.port},${address('ETCD_PORT')}`)).toBeUndefined()
  })
})

test('the shortest TTL is what the server grants, and others are refused before any I/O', async () => {
  const store = await connect(`etcd://${address('ETCD_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
  const { minTtlMs, maxTtlMs } = store.capabilities
  expect(minTtlMs).toBe(2000) // 1.5 election timeouts of 1 s, in whole seconds
  await expect(store.openSession({ ttlMs: minTtlMs - 1 })).rejects.toThrow(RangeError)
  await expect(store.openSession({ ttlMs: maxTtlMs + 1 })).rejects.toThrow(RangeError)
  await store.close()
})

test('a value of the largest size is taken, one byte more or a name too long makes nothing', async () => {
  const store = await connect(`etcd://${address('ETCD_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
  const session = await store.openSession({ ttlMs: 5000 })
  const { maxValueBytes } = store.capabilities
  await expect(session.createOrdered('line', new Uint8Array(maxValueBytes + 1))).rejects.toMatchObject({
    code: 'VALUE_TOO_LARGE',
  })
  await expect(session.createOrdered('line', new Uint8Array(), { name: 'x'.repeat(5000) })).rejects.toThrow(RangeError)
  expect(await store.list('line')).toEqual([])
  const value = new Uint8Array(maxValueBytes).fill(255)
  const entry = await session.createOrdered('line', value)
  expect((await store.put(entry.key, value, { guard: entry })).value.length).toBe(maxValueBytes)
  await store.close()
})
