import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { until } from './waiting.js'

const run = promisify(execFile)
const file = fileURLToPath(new URL('../../docker/compose.small-disk.yaml', import.meta.url))
const NODES = ['etcd1', 'etcd2', 'etcd3'] as const
type Node = (typeof NODES)[number]
const PATIENCE_MS = 60_000
const FILLER = '/data/filler'

/** Three nodes of etcd, made for one test, of which the first has a small disk. */
export class SmallDiskCluster {
  readonly #project = `eldest-small-disk-${randomBytes(4).toString('hex')}`
  readonly #addresses: string[] = []

  private constructor() {}

  static async up(): Promise<SmallDiskCluster> {
    const cluster = new SmallDiskCluster()
    try {
      await cluster.#compose('up', '-d', '--pull', 'never', ...NODES)
      for (const node of NODES) cluster.#addresses.push((await cluster.#compose('port', node, '2379')).trim())
      await cluster.whole()
      return cluster
    } catch (error) {
      await cluster.down()
      throw error
    }
  }

  url(namespace: string): string {
    return `etcd://${this.#addresses.join()}/${namespace}`
  }

  /** Makes the node with the small disk lead the store. */
  async smallLeads(): Promise<void> {
    const members = (await this.on('etcd1', 'etcdctl', 'member', 'list')).trim().split('\n')
    const id = members.map((line) => line.split(', ')).find(([, , name]) => name === 'etcd1')![0]!
    for (const node of NODES) await this.on(node, 'etcdctl', 'move-leader', id).catch(() => undefined) // the leader alone obeys
    await until('the small one leads', () => this.leads('etcd1'), PATIENCE_MS)
  }

  /** Fills its disk, and writes to the store until the node cannot any more. */
  async fill(): Promise<void> {
    await this.on('etcd1', 'dd', 'if=/dev/zero', `of=${FILLER}`, 'bs=64k').catch(() => undefined) // which is how it ends
    const value = 'x'.repeat(100_000)
    const isDown = async () => {
      await this.on('etcd2', 'etcdctl', 'put', 'filler', value).catch(() => undefined) // while nobody leads
      return !(await this.#isHealthy('etcd1'))
    }
    await until('the full node has ended', isDown, PATIENCE_MS)
  }

  /** What the full node has printed. */
  log(): Promise<string> {
    return this.#compose('logs', '--no-color', 'etcd1')
  }

  async free(): Promise<void> {
    await this.on('etcd1', 'rm', FILLER)
  }

  async leads(node: Node): Promise<boolean> {
    const status = await this.on(node, 'etcdctl', 'endpoint', 'status').catch(() => '')
    return status.split(', ')[4] === 'true'
  }

  /** Waits until all three answer. */
  async whole(): Promise<void> {
    const areHealthy = async () => (await Promise.all(NODES.map((node) => this.#isHealthy(node)))).every(Boolean)
    await until('all three nodes answer', areHealthy, PATIENCE_MS)
  }

  async down(): Promise<void> {
    await this.#compose('down', '-v', '-t', '1')
  }

  /** Runs a command in the container of a node; gives what it prints. */
  async on(node: Node, ...command: string[]): Promise<string> {
    return this.#compose('exec', '-T', node, 'timeout', '5', ...command)
  }

  #isHealthy(node: Node): Promise<boolean> {
    return this.on(node, 'etcdctl', 'endpoint', 'health').then(
      () => true,
      () => false,
    )
  }

  async #compose(...args: string[]): Promise<string> {
    const env = { ...process.env, ELDEST_DOCKER_PROJECT: this.#project }
    const all = ['compose', '-p', this.#project, '-f', file, '--profile', 'etcd', ...args]
    return (await run('docker', all, { env })).stdout
  }
}
