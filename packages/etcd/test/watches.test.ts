import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { TcpProxy } from '@eldest/conformance'
import { connect, type ConsensusStore, type Entry } from '@eldest/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { address, freshNamespace, variable } from './etcd-servers.js'

const container = `${variable('ELDEST_DOCKER_PROJECT')}-single-etcd-1`
const docker = (action: string, ...command: string[]) => {
  const options = action === 'restart' ? ['-t', '5'] : []
  return promisify(execFile)('docker', [action, ...options, container, ...command])
}
const PATIENCE_MS = 60_000
let store: ConsensusStore

beforeAll(async () => {
  store = await connect(`etcd://${address('ETCD_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
})
afterAll(() => store.close())

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${PATIENCE_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Follows a key until it is told to stop. */
function following(key: string, from = store): { states: (Entry | undefined)[]; stop: () => Promise<void> } {
  const giveUp = new AbortController()
  const states: (Entry | undefined)[] = []
  const run = (async () => {
    for await (const state of from.watch(key, { signal: giveUp.signal })) states.push(state)
  })()
  const ended = run.catch((error: unknown) => error)
  const stop = async () => {
    giveUp.abort('enough')
    expect(await ended).toBe('enough')
  }
  return { states, stop }
}

const text = (entry: Entry | undefined) => entry && Buffer.from(entry.value).toString()
const bytes = (of: string) => new Uint8Array(Buffer.from(of))

async function answering(): Promise<void> {
  await until('the server writes', async () =>
    store.put('awake', bytes(`${Math.random()}`)).then(
      () => true,
      () => false,
    ),
  )
}

test('a watch goes on through a restart of the server, and never goes back', async () => {
  await store.put('restarted', bytes('before'))
  const { states, stop } = following('restarted')
  await until('the present state is shown', () => states.length === 1)
  await docker('restart')
  await answering()
  await store.put('restarted', bytes('after'))
  await until('the last state is shown', () => text(states.at(-1)) === 'after')
  await stop()
  expect(states.map(text)).toEqual(['before', 'after'])
})

test('a watch goes on when its connection was cut, and shows the last state alone', async () => {
  const proxy = await TcpProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
  const namespace = freshNamespace()
  const url = (at: string) => `etcd://${at}/${namespace}?requestTimeoutMs=1000`
  const reader = await connect(url(`127.0.0.1:${proxy.port}`), { adapters: [adapter] })
  const writer = await connect(url(address('ETCD_PORT')), { adapters: [adapter] })
  await writer.put('cut', bytes('before'))
  const { states, stop } = following('cut', reader)
  await until('the present state is shown', () => states.length === 1)
  proxy.refuse()
  for (const state of ['1', '2', 'after']) await writer.put('cut', bytes(state))
  proxy.heal()
  await until('the last state is shown', () => text(states.at(-1)) === 'after')
  await stop()
  expect(states.map(text)).toEqual(['before', 'after'])
  await Promise.all([reader.close(), writer.close()])
  await proxy.close()
})

test('a watch goes on when what it has missed was compacted, and shows the last state alone', async () => {
  const proxy = await TcpProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
  const namespace = freshNamespace()
  const url = (at: string) => `etcd://${at}/${namespace}?requestTimeoutMs=1000`
  const reader = await connect(url(`127.0.0.1:${proxy.port}`), { adapters: [adapter] })
  const writer = await connect(url(address('ETCD_PORT')), { adapters: [adapter] })
  await writer.put('compacted', bytes('before'))
  const { states, stop } = following('compacted', reader)
  await until('the present state is shown', () => states.length === 1)
  proxy.refuse()
  await writer.put('compacted', bytes('between'))
  const { modRevision } = await writer.put('compacted', bytes('after'))
  await docker('exec', 'etcdctl', 'compact', String(modRevision))
  proxy.heal()
  await until('the last state is shown', () => text(states.at(-1)) === 'after')
  await writer.put('compacted', bytes('later'))
  await until('later changes are shown', () => text(states.at(-1)) === 'later')
  await stop()
  expect(states.map(text)).toEqual(['before', 'after', 'later'])
  await Promise.all([reader.close(), writer.close()])
  await proxy.close()
})
