import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { connect, type ConsensusStore, type Entry } from '@eldest/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { address, freshNamespace, variable } from './consul-servers.js'

const container = `${variable('ELDEST_DOCKER_PROJECT')}-single-consul-1`
const docker = (...action: string[]) => promisify(execFile)('docker', [...action, container])
const PATIENCE_MS = 60_000
let store: ConsensusStore

beforeAll(async () => {
  store = await connect(`consul://${address('CONSUL_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
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
function following(key: string): { states: (Entry | undefined)[]; stop: () => Promise<void> } {
  const giveUp = new AbortController()
  const states: (Entry | undefined)[] = []
  const run = (async () => {
    for await (const state of store.watch(key, { signal: giveUp.signal })) states.push(state)
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
  await docker('restart', '-t', '5')
  await answering()
  await store.put('restarted', bytes('after'))
  await until('the last state is shown', () => text(states.at(-1)) === 'after')
  await stop()
  expect(states.map(text)).toEqual(['before', 'after'])
})

test('a watch follows the store back when it is restored from a backup', async () => {
  const api = `http://${address('CONSUL_PORT')}/v1/snapshot`
  await store.put('restored', bytes('kept'))
  const { states, stop } = following('restored')
  await until('the present state is shown', () => states.length === 1)
  const backup = await (await fetch(api)).arrayBuffer()
  await store.put('restored', bytes('forgotten'))
  await until('the change is shown', () => text(states.at(-1)) === 'forgotten')
  expect((await fetch(api, { method: 'PUT', body: backup })).status).toBe(200)
  await until('what the backup holds is shown', () => text(states.at(-1)) === 'kept')
  await answering()
  await store.put('restored', bytes('new'))
  await until('later changes are shown', () => text(states.at(-1)) === 'new')
  await stop()
  expect(states.map(text)).toEqual(['kept', 'forgotten', 'kept', 'new'])
})
