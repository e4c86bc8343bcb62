import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ProxyTarget } from '@eldest/conformance'
import { variable } from '../store-under-test.js'
import { until } from '../waiting.js'

const run = promisify(execFile)

/** The TTLs of a storm, in milliseconds: short, and no shorter than what a busy machine keeps. */
export const STORM_TTLS = { etcd: 3000, consul: 2000, zookeeper: 3000 } as const

/** What can be done to one server, and undone. */
export type ServerFault = 'kill' | 'pause' | 'disconnect' | 'isolate'

const UNDOING: Record<ServerFault, string> = {
  kill: 'start',
  pause: 'unpause',
  disconnect: 'connect',
  isolate: 'rejoin',
}

/** The three servers of a backend in Docker. */
export class ServerCluster {
  readonly backend: string
  readonly nodes: readonly string[]
  readonly hosts: readonly ProxyTarget[]
  /** Of the nodes that are disconnected. */
  readonly #addresses = new Map<string, string>()
  readonly #inflicted = new Map<string, ServerFault>()
  /** Servers of etcd that may have led when they were paused. */
  readonly #led = new Set<string>()

  constructor(backend: string) {
    this.backend = backend
    this.nodes = [1, 2, 3].map((i) => `${backend}${i}`)
    this.hosts = this.nodes.map((node) => ({ host: '127.0.0.1', port: Number(variable(`${node.toUpperCase()}_PORT`)) }))
  }

  /** The node that leads; `undefined` while there is none. */
  async leader(): Promise<string | undefined> {
    return this.#script('leader', this.backend).then(
      (name) => name.trim(),
      () => undefined,
    )
  }

  async inflict(fault: ServerFault, node: string): Promise<void> {
    this.#inflicted.set(node, fault)
    if (fault === 'pause' && this.backend === 'etcd') {
      const leader = await this.leader()
      if (leader === undefined || leader === node) this.#led.add(node)
    }
    await this.#act(fault, node)
  }

  async heal(node: string): Promise<void> {
    const fault = this.#inflicted.get(node)
    if (!fault) return
    const hasLed = this.#led.delete(node)
    if (hasLed) await this.#act('isolate', node)
    await this.#act(UNDOING[fault], node)
    // One that goes on where it stood has leases revoked that are alive (docs/guarantees.md, the store keeps its word).
    if (hasLed) await this.restart(node)
    this.#inflicted.delete(node)
  }

  /** Runs a command in the container of a node; gives what it prints. */
  async on(node: string, ...command: string[]): Promise<string> {
    return (await run('docker', ['exec', this.#container(node), 'timeout', '20', ...command])).stdout
  }

  async restart(node: string): Promise<void> {
    await run('docker', ['restart', '-t', '5', this.#container(node)])
  }

  /** Heals whatever is broken, and waits until all three vote and answer. */
  async restore(): Promise<void> {
    for (const node of [...this.#inflicted.keys()]) await this.heal(node)
    const whole = () =>
      this.#script('leader', this.backend, '--whole').then(
        () => true,
        () => false,
      )
    await until(`the cluster of ${this.backend} is whole`, whole, 120_000)
  }

  async #act(action: string, node: string): Promise<void> {
    const container = this.#container(node)
    const network = `${variable('ELDEST_DOCKER_PROJECT')}-cluster_default`
    if (action === 'isolate' || action === 'rejoin') await this.#script(action, node)
    else if (action === 'disconnect') {
      this.#addresses.set(node, await this.#address(node))
      await run('docker', ['network', action, network, container])
    } else if (action === 'connect') await this.#connect(node, network)
    else if (action === 'kill') await run('docker', ['kill', '-s', 'KILL', container])
    else await run('docker', [action, container])
  }

  /**
   * Addresses are given out lowest first, so that another node that was down meanwhile may have taken its own. A Consul
   * server knows itself by no other until it is started again; one of ZooKeeper has been seen to find only some peers.
   */
  async #connect(node: string, network: string): Promise<void> {
    const before = this.#addresses.get(node)
    // Without the alias its peers do not find it any more.
    await run('docker', ['network', 'connect', '--alias', node, network, this.#container(node)])
    if (this.backend !== 'etcd' && (await this.#address(node)) !== before) await this.restart(node)
  }

  async #address(node: string): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
    return (await run('docker', ['inspect', '-f', format, this.#container(node)])).stdout.trim()
  }

  #container(node: string): string {
    return `${variable('ELDEST_DOCKER_PROJECT')}-cluster-${node}-1`
  }

  async #script(name: string, ...args: string[]): Promise<string> {
    const path = fileURLToPath(new URL(`../../../docker/${name}`, import.meta.url))
    return (await run('bash', [path, ...args])).stdout
  }
}
