import { createServer, type Server, type Socket } from 'node:net'
import { type Direction, ProxiedConnection, type ProxyFaults } from './proxied-connection.js'

/** Where the server is that a {@link TcpProxy} stands before. */
export interface ProxyTarget {
  host: string
  port: number
}

/** A slow and lossy network, of which every chunk of bytes gets its share. */
export interface NetworkShape {
  /** Milliseconds each chunk takes, in each direction. Default 0. */
  delayMs?: number
  /** The share of chunks that are lost and come by retransmission, 200 ms later. Default 0. */
  lossRate?: number
  /** The share of chunks at which the connection is reset. Default 0. */
  resetRate?: number
  /** Default `Math.random`. */
  random?: () => number
}

/** What has passed so far. */
export interface ProxyCounts {
  connections: number
  chunksToServer: number
  bytesToServer: number
  bytesToClient: number
}

/** A TCP proxy that does to connections what networks do. Knows no protocol, and keeps no process alive by itself. */
export class TcpProxy implements ProxyFaults {
  readonly counts: ProxyCounts = { connections: 0, chunksToServer: 0, bytesToServer: 0, bytesToClient: 0 }
  readonly #server: Server
  readonly #target: ProxyTarget
  readonly #connections = new Set<ProxiedConnection>()
  readonly #losses: ((chunk: Buffer) => boolean)[] = []
  #mode: ProxyFaults['mode'] = 'open'
  #silent: Direction | undefined
  #network: Required<NetworkShape> = perfectNetwork()

  private constructor(target: ProxyTarget) {
    this.#target = target
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
    this.#server.unref()
  }

  /** Listens on a free port of 127.0.0.1, or on the given one. */
  static async listen(target: ProxyTarget, port = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject)
      proxy.#server.listen(port, '127.0.0.1', resolve)
    })
    return proxy
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  get mode(): ProxyFaults['mode'] {
    return this.#mode
  }

  get network(): Required<NetworkShape> {
    return this.#network
  }

  /** Swallows everything, or what goes in one direction. Connections stay open, new ones are accepted. */
  silence(direction?: Direction): void {
    this.#silent = direction
    this.#enter('silent')
  }

  /** Keeps everything back; healing delivers it, late. */
  hold(): void {
    this.#enter('held')
  }

  /** Resets every connection, and each new one at once. */
  refuse(): void {
    this.#enter('refused')
  }

  /** Passes everything again. Connections that have lost bytes are reset, since they make no sense any more. */
  heal(): void {
    this.#enter('open')
  }

  /** Resets the present connections, once. */
  reset(): void {
    for (const connection of [...this.#connections]) connection.reset()
  }

  /**
   * The next bytes from a client that the predicate accepts reach the server; what it answers on that connection is
   * swallowed, and a moment after it has answered the connection is reset. Adds up: called twice, two answers are
   * lost. Default: any bytes.
   */
  loseNextAnswer(isWrite: (chunk: Buffer) => boolean = () => true): void {
    this.#losses.push(isWrite)
  }

  /** How many answers are still to be lost. */
  get pendingLosses(): number {
    return this.#losses.length
  }

  /** From now on the network is like this; `{}` makes it perfect again. */
  shape(shape: NetworkShape): void {
    this.#network = { ...perfectNetwork(), ...shape }
  }

  /** Ends the proxy and all its connections. */
  async close(): Promise<void> {
    this.reset()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  swallows(direction: Direction): boolean {
    return this.#mode === 'silent' && (this.#silent ?? direction) === direction
  }

  takeLoss(chunk: Buffer): boolean {
    const place = this.#losses.findIndex((isWrite) => isWrite(chunk))
    if (place < 0) return false
    this.#losses.splice(place, 1)
    return true
  }

  #enter(mode: ProxyFaults['mode']): void {
    this.#mode = mode
    for (const connection of [...this.#connections]) connection.faultsChanged()
  }

  #accept(client: Socket): void {
    this.counts.connections++
    const connection = new ProxiedConnection(client, this.#target, this, () => this.#connections.delete(connection))
    this.#connections.add(connection)
    connection.faultsChanged()
  }
}

function perfectNetwork(): Required<NetworkShape> {
  return { delayMs: 0, lossRate: 0, resetRate: 0, random: Math.random }
}
