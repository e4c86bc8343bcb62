import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { peerImage, toolOf } from '../contenders/peer-image.js'
import { serverOf } from '../servers.js'

/** What was measured, by name. */
export type Versions = Record<string, string>

const run = promisify(execFile)
const CLIENTS = ['etcd3', 'consul', 'node-zookeeper-client', 'lmdb', 'redlock', 'ioredis']

/** The versions of Node, servers, clients and peers; whatever does not answer is left out. */
export async function versions(): Promise<Versions> {
  const asked: Record<string, () => Promise<string | undefined>> = {
    etcd: async () => ((await json('etcd', '/version')) as { etcdserver: string }).etcdserver,
    Consul: async () => ((await json('consul', '/v1/agent/self')) as { Config: { Version: string } }).Config.Version,
    ZooKeeper: async () => /version: ([\d.]+)/.exec(await zookeeperStatus())?.[1],
    Redis: async () => /v=([\d.]+)/.exec(await inPeers('redis-server', '--version'))?.[1],
    kazoo: async () => (await inPeers('python3', '-c', 'import kazoo.version as v; print(v.__version__)')).trim(),
    'Curator and its Java': async () => {
      const script = "dpkg-query -W -f '${Version} ' libcurator-recipes-java default-jre-headless"
      const image = await peerImage('curator')
      return (await run('docker', ['run', '--rm', '--entrypoint', 'sh', image, '-c', script])).stdout.trim()
    },
    etcdctl: async () => {
      const env = { ...process.env, ETCDCTL_API: '3' }
      return /version: ([\d.]+)/.exec((await run(await toolOf('etcdctl'), ['version'], { env })).stdout)?.[1]
    },
    'the command `consul`': async () => /v([\d.]+)/.exec((await run(await toolOf('consul'), ['version'])).stdout)?.[1],
  }
  const found: Versions = { Node: process.versions.node }
  for (const [name, ask] of Object.entries(asked)) {
    const version = await ask().catch(() => undefined)
    if (version !== undefined) found[name] = version
  }
  return { ...found, ...Object.fromEntries(CLIENTS.map((name) => [`npm ${name}`, packageVersion(name)])) }
}

async function json(store: 'etcd' | 'consul', path: string): Promise<unknown> {
  const { host, port } = serverOf(store)
  return (await fetch(`http://${host}:${port}${path}`)).json()
}

async function inPeers(...command: string[]): Promise<string> {
  return (await run('docker', ['run', '--rm', await peerImage('peers'), ...command])).stdout
}

function zookeeperStatus(): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(serverOf('zookeeper'), () => socket.write('srvr'))
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}

function packageVersion(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version.replace(/^v/, '')
}
