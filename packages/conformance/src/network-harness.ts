import { type Adapter, connect } from '@eldest/core'
import type { Connection, Harness } from './harness.js'
import { HostsUrl } from './hosts-url.js'
import { TcpProxy } from './tcp-proxy.js'

/** What a {@link networkHarness} is made of. */
export interface NetworkHarnessOptions {
  /** As {@link Harness.name}. */
  name: string
  /** The store: `scheme://user:password@host:port,host:port/path?parameter=value`. All but the hosts is kept. */
  url: string
  /** The port of a host that names none. */
  defaultPort: number
  /** As {@link Harness.ttlMs}. */
  ttlMs: number
  /** As {@link Harness.patienceMs}. */
  patienceMs?: number
  /** Asked before the installed ones, as in `connect`. Default: none. */
  adapters?: readonly Adapter[]
  /** As {@link Harness.endSession}; goes to the servers themselves, not through a proxy. */
  endSession(id: string): Promise<void>
  /**
   * Whether a chunk of bytes from the client, as TCP delivers it, holds a write whose answer may get lost. Default:
   * every chunk, also of a read or of the client's own pings, so that what is lost may be no write at all.
   */
  isWrite?: (chunk: Buffer) => boolean
  /**
   * The name by which clients reach the proxies, one that resolves to 127.0.0.1. With TLS the servers' certificate has
   * to be valid for it: the proxies pass TLS on and hold no certificate. Default: `127.0.0.1`.
   */
  proxyHost?: string
  /** Frees what `endSession` holds. Default: nothing. */
  dispose?(): Promise<void> | void
}

/**
 * The harness of a store on servers: each client has its own TCP proxy before every host of the URL. A cut is silence:
 * connections stay open and nothing passes. Clients must not learn the servers' own addresses and connect to those.
 *
 * Errors: `RangeError` for a URL without hosts.
 */
export function networkHarness(options: NetworkHarnessOptions): Harness {
  const { name, ttlMs, patienceMs, adapters = [], isWrite = () => true, proxyHost = '127.0.0.1' } = options
  const url = new HostsUrl(options.url, options.defaultPort)
  const open = new Set<Proxies>()
  return {
    name,
    ttlMs,
    ...(patienceMs === undefined ? {} : { patienceMs }),
    async connect(): Promise<Connection> {
      const proxies = new Proxies(await Promise.all(url.hosts.map((host) => TcpProxy.listen(host))))
      open.add(proxies)
      const dispose = async () => {
        open.delete(proxies)
        await proxies.close()
      }
      try {
        const hosts = proxies.ports.map((port) => ({ host: proxyHost, port }))
        const store = await connect(url.withHosts(hosts), { adapters })
        return {
          store,
          cut: () => proxies.silence(),
          heal: () => proxies.heal(),
          loseNextAnswer: () => proxies.loseNextAnswer(isWrite),
          dispose,
        }
      } catch (error) {
        await dispose()
        throw error
      }
    },
    endSession: (id) => options.endSession(id),
    async dispose() {
      await Promise.all([...open].map((proxies) => proxies.close()))
      await options.dispose?.()
    },
  }
}

/** One client's proxies, one before each server. */
class Proxies {
  readonly #proxies: readonly TcpProxy[]

  constructor(proxies: readonly TcpProxy[]) {
    this.#proxies = proxies
  }

  get ports(): number[] {
    return this.#proxies.map(({ port }) => port)
  }

  silence(): void {
    for (const proxy of this.#proxies) proxy.silence()
  }

  heal(): void {
    for (const proxy of this.#proxies) proxy.heal()
  }

  /** One answer, whichever server the write goes to. */
  loseNextAnswer(isWrite: (chunk: Buffer) => boolean): void {
    let lost = false
    const loses = (chunk: Buffer) => {
      if (lost || !isWrite(chunk)) return false
      return (lost = true)
    }
    for (const proxy of this.#proxies) proxy.loseNextAnswer(loses)
  }

  async close(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
  }
}
