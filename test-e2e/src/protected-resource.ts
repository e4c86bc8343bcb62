import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { HistoryRecord } from '@eldest/simulator'
import { monotonicMs } from './waiting.js'

/** A write that a service has sent. */
export interface ResourceWrite {
  writer: string
  token: bigint
}

/**
 * What a leader works on: takes writes, each with the fencing token of its leader, and refuses one that is lower than
 * the highest it has seen. With `fencing` off it takes everything, as a resource does that knows no tokens.
 */
export class ProtectedResource {
  readonly accepted: ResourceWrite[] = []
  readonly refused: ResourceWrite[] = []
  readonly #server: Server
  #highest = 0n

  private constructor(fencing: boolean, history: HistoryRecord[]) {
    this.#server = createServer((request, response) => {
      const [, writer, token] = /^\/(.+)\/(\d+)$/.exec(request.url ?? '')!
      const write = { writer: writer!, token: BigInt(token!) }
      const accepts = !fencing || write.token >= this.#highest
      if (write.token > this.#highest) this.#highest = write.token
      const writes = accepts ? this.accepted : this.refused
      if (accepts && this.accepted.at(-1)?.token !== write.token) {
        history.push({ atMs: monotonicMs(), process: 'resource', event: 'accepted', token: write.token })
      }
      writes.push(write)
      response.writeHead(accepts ? 204 : 409).end()
    })
  }

  /** `history`: told of what was taken, each time that another leader has written. */
  static async listen(options: { fencing: boolean; history?: HistoryRecord[] }): Promise<ProtectedResource> {
    const resource = new ProtectedResource(options.fencing, options.history ?? [])
    resource.#server.listen(0, '127.0.0.1')
    await once(resource.#server, 'listening')
    return resource
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  /** The accepted writes of a leader after those of a later one: what fencing is there to prevent. */
  get overlaps(): ResourceWrite[] {
    let highest = 0n
    return this.accepted.filter(({ token }) => {
      if (token >= highest) highest = token
      return token < highest
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
