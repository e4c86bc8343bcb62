import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** What a client asks, by the number of its kind in ZooKeeper's protocol. */
const KINDS: Record<number, string> = {
  [-11]: 'closeSession',
  0: 'openSession',
  1: 'create',
  2: 'delete',
  3: 'exists',
  4: 'getData',
  5: 'setData',
  8: 'getChildren',
  11: 'ping',
  12: 'getChildren',
  14: 'transaction',
  101: 'setWatches',
}
const AUTH = 100
/** Of the first frame, which has no kind. */
const OPEN_SESSION = 0

/** Stands between a client and a server, and notes the kind of each request. */
export class CountingProxy {
  readonly requests: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(target: { host: string; port: number }) {
    this.#server = createServer((client) => {
      const server = connect(target)
      const frames = new Frames((kind) => this.requests.push(kind))
      client.on('data', (chunk: Buffer) => frames.add(chunk))
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(from)
        from.pipe(to)
        from.on('error', () => to.destroy())
        from.on('close', () => this.#sockets.delete(from))
      }
    })
  }

  static async listen(target: { host: string; port: number }): Promise<CountingProxy> {
    const proxy = new CountingProxy(target)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** The requests of one connection. */
class Frames {
  readonly #see: (kind: string) => void
  #rest = Buffer.alloc(0)
  #asked = false

  constructor(see: (kind: string) => void) {
    this.#see = see
  }

  add(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readInt32BE()) {
      const frame = this.#rest.subarray(4, 4 + this.#rest.readInt32BE())
      this.#rest = this.#rest.subarray(4 + frame.length)
      const kind = this.#asked ? frame.readInt32BE(4) : OPEN_SESSION
      this.#asked = true
      if (kind !== AUTH) this.#see(KINDS[kind] ?? `kind ${kind}`)
    }
  }
}
