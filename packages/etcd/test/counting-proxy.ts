import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'

/** What stands before each message of gRPC: a flag and the message's length. */
const HEAD_BYTES = 5

/**
 * Stands between a client and a member, counts the client's connections, and notes the method of each gRPC message that
 * it sends.
 */
export class CountingProxy {
  readonly requests: string[] = []
  /** The method of each gRPC stream, one call or many messages, that the client has opened. */
  readonly streams: string[] = []
  connections = 0
  readonly #server: Http2Server
  readonly #member: ClientHttp2Session
  readonly #clients = new Set<{ destroy(): void }>()

  private constructor(target: { host: string; port: number }) {
    this.#member = connect(`http://${target.host}:${target.port}`)
    this.#member.on('error', () => undefined)
    this.#server = createServer()
    this.#server.on('session', (session) => {
      this.connections++
      this.#clients.add(session)
      session.on('error', () => undefined)
    })
    this.#server.on('stream', (stream, headers) => {
      const method = String(headers[':path']).split('/').at(-1)!
      this.streams.push(method)
      const onward = this.#member.request(headers, { endStream: false })
      stream.on(
        'data',
        messages(() => this.requests.push(method)),
      )
      stream.pipe(onward)
      answer(onward, stream)
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
    for (const client of this.#clients) client.destroy()
    this.#member.destroy()
  }
}

/** Passes on what the member answers, with the trailers in which gRPC tells how it went. */
function answer(from: ClientHttp2Stream, to: ServerHttp2Stream): void {
  let trailers: IncomingHttpHeaders = {}
  from.on('response', (headers) => {
    to.respond(headers, { waitForTrailers: true })
    from.pipe(to)
  })
  from.on('trailers', (headers: IncomingHttpHeaders) => {
    trailers = headers
  })
  to.on('wantTrailers', () => to.sendTrailers(trailers))
  from.on('error', () => to.close(constants.NGHTTP2_INTERNAL_ERROR))
  to.on('error', () => from.close(constants.NGHTTP2_CANCEL))
  to.on('aborted', () => from.close(constants.NGHTTP2_CANCEL))
}

/** Tells of each message in what is read piece by piece. */
function messages(see: () => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= HEAD_BYTES && rest.length >= HEAD_BYTES + rest.readUInt32BE(1)) {
      rest = rest.subarray(HEAD_BYTES + rest.readUInt32BE(1))
      see()
    }
  }
}
