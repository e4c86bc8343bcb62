import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { TcpProxy } from '@eldest/conformance'
import { connect, isConsensusError } from '@eldest/core'
import { beforeEach, expect, test } from 'vitest'
import { server, storeUnderTest } from '../../src/store-under-test.js'

/** A busy machine. */
const SLACK_MS = 1500
let url: string
let ttlMs: number
beforeEach(async () => {
  ;({ url, ttlMs } = await storeUnderTest())
})

/** A proxy before the server, and the URL by way of it. */
async function proxied(): Promise<{ proxy: TcpProxy; url: string }> {
  const { hostname, port } = new URL(url)
  const proxy = await TcpProxy.listen({ host: hostname, port: Number(port) })
  return { proxy, url: url.replace(`${hostname}:${port}`, `127.0.0.1:${proxy.port}`) }
}

/** Opens a store with a session, an entry and a watch; returns how long its `close` took after `fault`. */
async function closingAfter(at: string, fault: () => unknown): Promise<number> {
  const store = await connect(`${at}?requestTimeoutMs=1000`)
  const session = await store.openSession({ ttlMs })
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
  expect(await closingAfter(url, () => undefined)).toBeLessThan(ttlMs + SLACK_MS)
})

test('close returns within a TTL while the server hangs', async () => {
  try {
    expect(await closingAfter(url, () => server('pause'))).toBeLessThan(ttlMs + SLACK_MS)
  } finally {
    await server('unpause')
  }
})

test('close returns within a TTL while the server is gone', async () => {
  const { proxy, url } = await proxied()
  expect(await closingAfter(url, () => proxy.refuse())).toBeLessThan(ttlMs + SLACK_MS)
  await proxy.close()
})

test('an opening that is aborted while the server is silent rejects at once with the reason', async () => {
  const { proxy, url } = await proxied()
  proxy.silence()
  const giveUp = new AbortController()
  const opening = connect(url, { signal: giveUp.signal })
  setTimeout(() => giveUp.abort('enough'), 50)
  await expect(opening).rejects.toBe('enough')
  await proxy.close()
})

test('a process ends by itself after close, whatever it had open', async () => {
  const program = `
    import { connect } from '@eldest/core'
    const store = await connect('${url}')
    const session = await store.openSession({ ttlMs: ${ttlMs} })
    const entry = await session.createOrdered('line', new Uint8Array([1]))
    const watched = (async () => { for await (const state of store.watch(entry.key)) void state })().catch(() => 0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await store.close()
    console.log('closed')`
  const args = ['--unhandled-rejections=strict', '--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 })
  expect(stdout).toBe('closed\n')
})
