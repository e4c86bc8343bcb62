import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { connect, type ConsensusStore } from '@eldest/core'
import { expect, test } from 'vitest'
import { adapter } from '../../src/index.js'
import { address, freshNamespace } from '../consul-servers.js'

const file = (name: string) => fileURLToPath(new URL(`../../../../docker/.certificates/${name}`, import.meta.url))
const fixture = (name: string) => fileURLToPath(new URL(`expired/${name}`, import.meta.url))
const client = `cert=${file('client.pem')}&key=${file('client-key.pem')}`
const authority = `ca=${file('ca.pem')}`
const TIMEOUT_MS = 1500
const SLACK_MS = 500

async function open(scheme: string, server: string, parameters: string): Promise<ConsensusStore> {
  const url = `${scheme}://${server}/${freshNamespace()}?requestTimeoutMs=${TIMEOUT_MS}&${parameters}`
  const startMs = performance.now()
  try {
    return await connect(url.replace(/&$/, ''), { adapters: [adapter] })
  } finally {
    expect(performance.now() - startMs).toBeLessThan(TIMEOUT_MS + SLACK_MS)
  }
}

test('a store is used over TLS with an authority and a client certificate of our own', async () => {
  const store = await open('consuls', address('CONSUL_TLS_PORT'), `${authority}&${client}`)
  const session = await store.openSession({ ttlMs: 10_000 })
  const entry = await session.createOrdered('line', new Uint8Array([1]))
  expect(await store.get(entry.key)).toEqual(entry)
  await store.close()
})

test.each([
  ['whose authority is not trusted', 'consuls', client, /unable to verify|self.signed/i],
  [
    'that wants a client certificate',
    'consuls',
    authority,
    /: the server wants a client certificate, "cert" and "key"$/,
  ],
  ['that speaks TLS, without it', 'consul', '', /consuls:\/\//],
])('opening at a server %s is refused with one clear error', async (_what, scheme, parameters, message) => {
  const error = await open(scheme, address('CONSUL_TLS_PORT'), parameters).catch((error: unknown) => error)
  expect(error).toMatchObject({ name: 'ConsensusError', message: expect.stringMatching(message) as unknown })
  expect(['UNAVAILABLE', 'BACKEND']).toContain((error as { code: string }).code)
})

test('opening with TLS at a server without it is refused with one clear error', async () => {
  const error = await open('consuls', address('CONSUL_PORT'), authority).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/consuls?:\/\//) as unknown })
})

test('opening at a server whose certificate has expired is refused with one clear error', async () => {
  const [cert, key] = [readFileSync(fixture('server.pem')), readFileSync(fixture('server-key.pem'))]
  const server = createServer({ cert, key }, (_request, response) => response.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const opening = open('consuls', `127.0.0.1:${port}`, `ca=${fixture('server.pem')}`)
  await expect(opening).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/expired/) as unknown,
  })
  server.close()
  server.closeAllConnections()
})
