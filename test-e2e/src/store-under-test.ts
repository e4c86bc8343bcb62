import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The servers of `npm run servers`: the variable of the port, and the shortest TTL that a busy machine keeps. */
const SERVERS = {
  etcd: { port: 'ETCD_PORT', ttlMs: 2000 },
  consul: { port: 'CONSUL_PORT', ttlMs: 1500 },
  zookeeper: { port: 'ZOOKEEPER_PORT', ttlMs: 2000 },
} as const

type Backend = keyof typeof SERVERS

/** A store that a test runs on, in a namespace that nobody else uses. */
export interface StoreUnderTest {
  url: string
  ttlMs: number
  dispose: () => Promise<void>
}

/** On the server that ELDEST_BACKEND names, or else a local one. */
export async function storeUnderTest(): Promise<StoreUnderTest> {
  return process.env['ELDEST_BACKEND'] === undefined ? await localStore() : serverStore(backend())
}

/** On each of the servers that ELDEST_BACKENDS names (`etcd,consul,zookeeper`), or else as many local ones. */
export async function storesUnderTest(count: number): Promise<StoreUnderTest[]> {
  const names = process.env['ELDEST_BACKENDS']?.split(',').map(assertBackend)
  return names?.map(serverStore) ?? (await Promise.all(Array.from({ length: count }, localStore)))
}

async function localStore(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'eldest-e2e-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  return { url: `local:${join(folder, 'store.lmdb')}`, ttlMs: 1000, dispose }
}

function serverStore(name: Backend): StoreUnderTest {
  const { port, ttlMs } = SERVERS[name]
  const namespace = `e2e-${randomBytes(6).toString('hex')}`
  return { url: `${name}://127.0.0.1:${variable(port)}/${namespace}`, ttlMs, dispose: async () => undefined }
}

/** The TTL to test the server with. */
export function ttlUnderTest(): number {
  return SERVERS[backend()].ttlMs
}

/** The server that ELDEST_BACKEND names. */
export function backend(): Backend {
  return assertBackend(process.env['ELDEST_BACKEND'] ?? '')
}

function assertBackend(name: string): Backend {
  if (name in SERVERS) return name as Backend
  throw new Error(`the backend ${JSON.stringify(name)} is none of ${Object.keys(SERVERS).join(', ')}`)
}

/** Does something to the server's container: pause, unpause, restart, kill, start. */
export async function server(action: 'pause' | 'unpause' | 'restart' | 'kill' | 'start'): Promise<void> {
  await run('docker', [action, ...(action === 'restart' ? ['-t', '5'] : []), containerOf(backend())])
}

/** The container of a single server. */
export function containerOf(name: Backend): string {
  return `${variable('ELDEST_DOCKER_PROJECT')}-single-${name}-1`
}

/** A variable of the environment, or its default in docker/.env. */
export function variable(name: string): string {
  const defaults = readFileSync(new URL('../../docker/.env', import.meta.url), 'utf8')
  const value = process.env[name] ?? new RegExp(`^${name}=(.*)$`, 'm').exec(defaults)?.[1]
  if (value === undefined) throw new Error(`docker/.env does not set ${name}`)
  return value
}
