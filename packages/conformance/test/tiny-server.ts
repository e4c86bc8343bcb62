import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { ConsensusError, type Entry, isConsensusError } from '@eldest/core'
import { TracingServer } from './mutants/mutant.js'

/** One question, one line; the answer is one line too, and ends the connection. */
export interface Question {
  ask: 'openSession' | 'renewSession' | 'endSession' | 'create' | 'get' | 'list' | 'put' | 'delete'
  session?: string
  ttlMs?: number
  key?: string
  value?: string
  guard?: WireEntry | undefined
}

export type WireEntry = Omit<Entry, 'value' | 'createRevision' | 'modRevision'> &
  Record<'value' | 'createRevision' | 'modRevision', string>

export const WRITES = /"ask":"(?!get|list)/

/** One store behind several addresses, as a cluster is. */
export class TinyServer {
  readonly memory = new TracingServer()
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()

  static async listen(addresses: number): Promise<TinyServer> {
    const tiny = new TinyServer()
    for (let i = 0; i < addresses; i++) {
      const server = createServer((socket) => tiny.#accept(socket))
      server.listen(0, '127.0.0.1').unref()
      await once(server, 'listening')
      tiny.#servers.push(server)
    }
    return tiny
  }

  get hosts(): string {
    return this.#servers.map((server) => `127.0.0.1:${(server.address() as { port: number }).port}`).join(',')
  }

  close(): void {
    this.memory.stop()
    for (const server of this.#servers) server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    let text = ''
    socket.unref()
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.endsWith('\n')) socket.end(JSON.stringify(this.#answer(JSON.parse(text) as Question)) + '\n')
    })
  }

  #answer(question: Question): unknown {
    try {
      return { result: this.#perform(question) }
    } catch (error) {
      if (!isConsensusError(error)) throw error
      return { code: error.code, message: error.message }
    }
  }

  #perform({ ask, session = '', ttlMs = 0, key = '', value = '', guard }: Question): unknown {
    const { memory } = this
    const bytes = Buffer.from(value, 'base64')
    if (ask === 'openSession') memory.openSession(session, ttlMs)
    else if (ask === 'renewSession') memory.renewSession(session)
    else if (ask === 'endSession') memory.endSession(session)
    else if (ask === 'create') return toWire(memory.createOrdered(session, key, bytes))
    else if (ask === 'get') return toWire(memory.get(key))
    else if (ask === 'list') return memory.list(key).map((entry) => toWire(entry))
    else if (ask === 'put') return toWire(memory.put(key, bytes, fromWire(guard)))
    else return memory.delete(key, fromWire(guard))
    return undefined
  }
}

export function toWire(entry: Entry | undefined): WireEntry | undefined {
  if (!entry) return undefined
  const { value, createRevision, modRevision, ...rest } = entry
  const text = Buffer.from(value).toString('base64')
  return { ...rest, value: text, createRevision: `${createRevision}`, modRevision: `${modRevision}` }
}

export function fromWire(wire: WireEntry | undefined): Entry | undefined {
  if (!wire) return undefined
  const { key, value, createRevision, modRevision, session } = wire
  return {
    key,
    value: new Uint8Array(Buffer.from(value, 'base64')),
    createRevision: BigInt(createRevision),
    modRevision: BigInt(modRevision),
    session,
  }
}

export function fromAnswer(text: string): unknown {
  const { result, code, message } = JSON.parse(text) as { result?: unknown; code?: 'BACKEND'; message?: string }
  if (code) throw new ConsensusError(code, message ?? '')
  return result
}
