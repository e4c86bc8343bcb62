import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands between a client and an agent, and notes each request. */
export class CountingProxy {
  /** Method and path, with the query. */
  readonly requests: string[] = []
  /** How many connections the client has made. */
  connections = 0
  readonly #server: Server
  readonly #agent = new Agent({ keepAlive: true })

  private constructor(target: { host: string; port: number }) {
    this.#server = createServer((incoming, outgoing) => {
      const { method, url, headers } = incoming
      this.requests.push(`${method} ${url}`)
      const onward = request({ ...target, agent: this.#agent, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      outgoing.on('close', () => onward.destroy())
      incoming.pipe(onward)
    })
    this.#server.on('connection', () => this.connections++)
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
    this.#server.closeAllConnections()
    this.#agent.destroy()
  }
}
