import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { connect } from '@eldest/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adapter } from '../../src/index.js'
import { freshNamespace, variable } from '../etcd-servers.js'

const run = promisify(execFile)
const TOKEN_LIFE_S = 2
const container = `${variable('ELDEST_DOCKER_PROJECT')}-token-expiry-${randomUUID().slice(0, 8)}`
const password = randomUUID()
let port: string

const etcdctl = (...command: string[]) =>
  run('docker', ['exec', '-e', 'ETCDCTL_API=3', container, 'etcdctl', ...command])

async function until(what: string, condition: () => Promise<unknown>): Promise<void> {
  const endMs = performance.now() + 60_000
  for (;;) {
    try {
      await condition()
      return
    } catch (error) {
      if (performance.now() > endMs) throw new Error(`${what}: not within a minute`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

beforeAll(async () => {
  const image = process.env['ETCD_IMAGE'] ?? `eldest-etcd:${variable('SUITE')}`
  const listen = ['--listen-client-urls=http://0.0.0.0:2379', '--advertise-client-urls=http://127.0.0.1:2379']
  const tokens = ['--auth-token=simple', `--auth-token-ttl=${TOKEN_LIFE_S}`]
  const docker = [
    'run',
    '--detach',
    '--rm',
    '--name',
    container,
    '--publish',
    '127.0.0.1::2379',
    '--entrypoint',
    'etcd',
  ]
  await run('docker', [...docker, image, '--data-dir=/tmp/etcd', ...listen, ...tokens])
  port = (await run('docker', ['port', container, '2379'])).stdout.trim().split(':').at(-1)!
  await until('etcd is up', () => etcdctl('endpoint', 'health'))
  await etcdctl('user', 'add', `root:${password}`)
  await etcdctl('role', 'add', 'root')
  await etcdctl('user', 'grant-role', 'root', 'root')
  await etcdctl('auth', 'enable')
})
afterAll(() => run('docker', ['rm', '--force', container]))

test('a token that expires ends neither a session nor a watch, and writes go on', async () => {
  const namespace = freshNamespace()
  const store = await connect(`etcd://root:${password}@127.0.0.1:${port}/${namespace}`, { adapters: [adapter] })
  const session = await store.openSession({ ttlMs: 2000 })
  const entry = await session.createOrdered('line', new Uint8Array([0]))
  const states: number[] = []
  const watching = (async () => {
    for await (const state of store.watch(entry.key)) states.push(state?.value[0] ?? -1)
  })().catch((error: unknown) => error)
  // Long enough for a token that nobody uses to expire between one write and the next.
  for (let i = 1; i <= 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 2 * TOKEN_LIFE_S * 1000))
    await store.put(entry.key, new Uint8Array([i]), { guard: entry })
  }
  await until('the watch shows the last write', async () => {
    await Promise.resolve()
    if (states.at(-1) !== 3) throw new Error(`it shows ${states.join()}`)
  })
  expect(session.ended.aborted).toBe(false)
  expect(states).toEqual([0, 1, 2, 3])
  await store.close()
  expect(await watching).toMatchObject({ code: 'STORE_CLOSED' })
})

test('a password that is changed ends no session whose credentials are a function', async () => {
  const { EtcdStore } = await import('../../src/index.js')
  await etcdctl(`--user=root:${password}`, 'user', 'add', 'service:first')
  await etcdctl(`--user=root:${password}`, 'user', 'grant-role', 'service', 'root')
  let current = 'first'
  const store = await EtcdStore.open({
    hosts: [{ host: '127.0.0.1', port: Number(port) }],
    namespace: freshNamespace(),
    credentials: () => ({ user: 'service', password: current }),
  })
  const session = await store.openSession({ ttlMs: 2000 })
  const entry = await session.createOrdered('line', new Uint8Array([0]))
  await run('docker', [
    'exec',
    '-i',
    '-e',
    'ETCDCTL_API=3',
    container,
    'sh',
    '-c',
    `echo second | etcdctl --user=root:${password} user passwd service --interactive=false`,
  ])
  current = 'second'
  await new Promise((resolve) => setTimeout(resolve, 2 * TOKEN_LIFE_S * 1000))
  await store.put(entry.key, new Uint8Array([1]), { guard: entry })
  expect(session.ended.aborted).toBe(false)
  await store.close()
})
