import { TcpProxy } from '@eldest/conformance'
import { CountingProxy as ConsulProxy } from '../packages/consul/test/counting-proxy.js'
import { CountingProxy as EtcdProxy } from '../packages/etcd/test/counting-proxy.js'
import { CountingProxy as ZooKeeperProxy } from '../packages/zookeeper/test/counting-proxy.js'
import type { Server } from './contenders/contender.js'
import type { ServerStore } from './servers.js'

const PROXIES = { etcd: EtcdProxy, consul: ConsulProxy, zookeeper: ZooKeeperProxy }

/** What has passed so far. */
export interface Passed {
  /** Messages of gRPC, requests of HTTP, or frames of ZooKeeper from the client, without pings that ask for nothing. */
  requests: number
  /** In both directions. */
  bytes: number
}

/** Stands before a server, and measures what its clients cost it. */
export class Gauge {
  readonly #bytes: TcpProxy
  readonly #requests: { readonly requests: string[]; close(): void }

  private constructor(bytes: TcpProxy, requests: { readonly requests: string[]; close(): void }) {
    this.#bytes = bytes
    this.#requests = requests
  }

  static async listen(store: ServerStore, target: Server): Promise<Gauge> {
    const requests = await PROXIES[store].listen(target)
    return new Gauge(await TcpProxy.listen({ host: '127.0.0.1', port: requests.port }), requests)
  }

  /** Where clients are to connect. */
  get server(): Server {
    return { host: '127.0.0.1', port: this.#bytes.port }
  }

  get passed(): Passed {
    const { bytesToServer, bytesToClient } = this.#bytes.counts
    return {
      requests: this.#requests.requests.filter((kind) => kind !== 'ping').length,
      bytes: bytesToServer + bytesToClient,
    }
  }

  /** How many connections clients have opened so far. */
  get connections(): number {
    return this.#bytes.counts.connections
  }

  /** The kinds of requests since there were so many. */
  since({ requests }: Passed): string[] {
    return this.#requests.requests.filter((kind) => kind !== 'ping').slice(requests)
  }

  /** Resolves when nobody has asked for anything in a while, or when it has waited long enough. */
  async quiet(quietMs: number, patienceMs: number): Promise<void> {
    const deadlineMs = performance.now() + patienceMs
    for (let known = -1; known !== this.passed.requests && performance.now() < deadlineMs;) {
      known = this.passed.requests
      await new Promise((resolve) => setTimeout(resolve, quietMs))
    }
  }

  async close(): Promise<void> {
    await this.#bytes.close()
    this.#requests.close()
  }
}
