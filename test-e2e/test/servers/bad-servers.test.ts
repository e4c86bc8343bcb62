import { once } from 'node:events'
import { createServer as createWebServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { TcpProxy } from '@eldest/conformance'
import { connect, isConsensusError } from '@eldest/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eldest } from '../../src/eldest-command.js'
import { backend, storeUnderTest, variable } from '../../src/store-under-test.js'

const TIMEOUT_MS = 1000
/** Timers and a busy machine; much less than the default timeout. */
const SLACK_MS = 3500
/** tcpmux: nobody serves it, and no other test is given it. */
const CLOSED_PORT = 1

/** What differs: how credentials are written, and what is said of a web server. */
const { user, webServer } = {
  etcd: { user: 'me:secret@', webServer: /what answers is no etcd/ },
  consul: { user: 'secret@', webServer: /no Consul/ },
  zookeeper: { user: 'me:secret@', webServer: /what answers there is no ZooKeeper/ },
}[backend()]
const others = ['ETCD_PORT', 'CONSUL_PORT', 'ZOOKEEPER_PORT'].filter(
  (port) => !port.startsWith(backend().toUpperCase()),
)

const urlAt = (authority: string) => `${backend()}://${authority}/bad-servers?requestTimeoutMs=${TIMEOUT_MS}`

/** The error of an opening; `undefined` where there was none. */
async function opening(authority: string): Promise<unknown> {
  const startMs = performance.now()
  const error = await connect(urlAt(authority)).then(
    (store) => store.close().then(() => undefined),
    (error: unknown) => error,
  )
  expect(performance.now() - startMs).toBeLessThan(TIMEOUT_MS + SLACK_MS)
  expect(inspect(error, { depth: Infinity })).not.toMatch(/secret/)
  return error
}

const unavailable = (message: RegExp) => ({
  code: 'UNAVAILABLE',
  message: expect.stringMatching(message) as unknown,
})

describe('opening fails within the request timeout, with one clear error,', () => {
  let address: string
  let silent: TcpProxy
  beforeAll(async () => {
    const { url } = await storeUnderTest()
    address = new URL(url).host
    await (await connect(url)).close() // loads the adapter, which takes longer than some openings
    const [host, port] = address.split(':') as [string, string]
    silent = await TcpProxy.listen({ host, port: Number(port) })
    silent.silence()
  })
  afterAll(() => silent.close())

  test.each(['', user])('at a port where nobody listens (as "%s")', async (user) => {
    expect(await opening(`${user}127.0.0.1:${CLOSED_PORT}`)).toMatchObject(unavailable(/ECONNREFUSED/))
  })
  test('at a name that does not exist', async () => {
    expect(await opening(`${user}nowhere.invalid:2379`)).toMatchObject(unavailable(/nowhere.invalid/))
  })
  test('at a server that is silent', async () => {
    expect(await opening(`${user}127.0.0.1:${silent.port}`)).toMatchObject(unavailable(/within 1000 ms/))
  })
  test.each(others)('at another kind of server (%s)', async (port) => {
    const error = await opening(`${user}127.0.0.1:${variable(port)}`)
    expect(isConsensusError(error, 'BACKEND', 'UNAVAILABLE'), String(error)).toBe(true)
    expect(String(error)).toMatch(`127.0.0.1:${variable(port)}`)
  })
  test('at a web server', async () => {
    const server = createWebServer((_request, response) => response.end('[]')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const error = await opening(`${user}127.0.0.1:${(server.address() as AddressInfo).port}`)
      expect(isConsensusError(error, 'BACKEND', 'UNAVAILABLE'), String(error)).toBe(true)
      expect(String(error)).toMatch(webServer)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
  test('but not when one of several hosts answers', async () => {
    expect(await opening(`127.0.0.1:${CLOSED_PORT},${address}`)).toBeUndefined()
    expect(await opening(`127.0.0.1:${silent.port},${address}`)).toBeUndefined()
  })
})

describe('the command says in one line, without a stack, what is wrong with', () => {
  const wrong: [string, (url: string) => string[], number, RegExp][] = [
    ...others.map((port): [string, () => string[], number, RegExp] => [
      `a server of another kind (${port})`,
      () => ['--store', urlAt(`127.0.0.1:${variable(port)}`)],
      1,
      new RegExp(`no store could be opened at 127.0.0.1:${variable(port)}: .*\\((UNAVAILABLE|BACKEND)\\)$`),
    ]),
    ['a TTL below what the server grants', (url) => ['--store', url, '--ttl', '100ms'], 2, /ttlMs is 100: .* takes/],
    ['a TTL above it', (url) => ['--store', url, '--ttl', '25h'], 2, /ttlMs is 90000000: .* takes/],
    ['an odd namespace', (url) => ['--store', `${url}/a b`], 2, /namespace .* is malformed/],
    ['an id that is too long', (url) => ['--store', url, '--id', 'x'.repeat(500)], 2, /too long/],
  ]
  test.each(wrong)('%s', async (_what, args, code, message) => {
    const { url } = await storeUnderTest()
    const outcome = await eldest(['campaign', 'refused', ...args(url)])
    expect(outcome.stderr.trim()).toMatch(message)
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1)
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: '' })
  })
})
