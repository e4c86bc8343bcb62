import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { TcpProxy } from '@eldest/conformance'
import { connect, isConsensusError } from '@eldest/core'
import { expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { address, freshNamespace, variable } from './etcd-servers.js'

const TTL_MS = 2000
const SLACK_MS = 500
const container = `${variable('ELDEST_DOCKER_PROJECT')}-single-etcd-1`
const docker = (action: string) => promisify(execFile)('docker', [action, container])

/** Opens a store with a session, an entry and a watch; returns how long its `close` took after `fault`. */
async function closingAfter(authority: string, fault: () => unknown): Promise<number> {
  const url = `etcd://${authority}/${freshNamespace()}?requestTimeoutMs=1000`
  const store = await connect(url, { adapters: [adapter] })
  const session = await store.openSession({ ttlMs: TTL_MS })
  const entry = await session.createOrdered('line', new Uint8Array([1]))
  const watching = (async () => {
    for await (const state of store.watch(entry.key)) expect(state?.key).toBe(entry.key)
  })()
  const watched = watching.catch((error: unknown) => error)
  await fault()
  const startMs = performance.now()
  const failure = await store.close().catch((error: unknown) => error)
  const tookMs = performance.now() - startMs
  expect(failure === undefined || isConsensusError(failure, 'OUTCOME_UNKNOWN'), String(failure)).toBe(true)
  expect(await watched).toMatchObject({ code: 'STORE_CLOSED' })
  expect(session.remainingMs()).toBe(0)
  return tookMs
}

test('close returns within a TTL while the server answers', async () => {
  expect(await closingAfter(address('ETCD_PORT'), () => undefined)).toBeLessThan(TTL_MS + SLACK_MS)
})

test('close returns within a TTL while the server hangs', async () => {
  try {
    expect(await closingAfter(address('ETCD_PORT'), () => docker('pause'))).toBeLessThan(TTL_MS + SLACK_MS)
  } finally {
    await docker('unpause')
  }
})

test('close returns within a TTL while the server is gone', async () => {
  const proxy = await TcpProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
  expect(await closingAfter(`127.0.0.1:${proxy.port}`, () => proxy.refuse())).toBeLessThan(TTL_MS + SLACK_MS)
  await proxy.close()
})

test('an opening that is aborted while the server is silent rejects at once with the reason', async () => {
  const proxy = await TcpProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
  proxy.silence()
  const giveUp = new AbortController()
  const opening = connect(`etcd://127.0.0.1:${proxy.port}`, { adapters: [adapter], signal: giveUp.signal })
  setTimeout(() => giveUp.abort('enough'), 50)
  await expect(opening).rejects.toBe('enough')
  await proxy.close()
})

test('a process ends by itself after close, whatever it had open', async () => {
  const program = `
    import { adapter } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
    const store = await adapter.connect('etcd://${address('ETCD_PORT')}/${freshNamespace()}')
    const session = await store.openSession({ ttlMs: ${TTL_MS} })
    const entry = await session.createOrdered('line', new Uint8Array([1]))
    const watched = (async () => { for await (const state of store.watch(entry.key)) void state })().catch(() => 0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await store.close()
    console.log('closed')`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 10_000,
  })
  expect(stdout).toBe('closed\n')
})
