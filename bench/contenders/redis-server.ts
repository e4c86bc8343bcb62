import { randomBytes } from 'node:crypto'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import type { Server } from './contender.js'
import { container, peerImage } from './peer-image.js'

/** A Redis for one scenario: a port of its own, nothing on disk. */
export class RedisServer implements AsyncDisposable {
  readonly server: Server
  readonly #child: ChildProcess
  readonly #remove: () => Promise<void>

  private constructor(server: Server, child: ChildProcess, remove: () => Promise<void>) {
    this.server = server
    this.#child = child
    this.#remove = remove
  }

  static async start(): Promise<RedisServer> {
    const server = { host: '127.0.0.1', port: await freePort() }
    const options = ['--port', String(server.port), '--bind', server.host, '--save', '', '--appendonly', 'no']
    const name = `eldest-bench-${randomBytes(6).toString('hex')}`
    const { command, remove } = container(name, await peerImage('peers'), [], ['redis-server', ...options])
    const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    const redis = new RedisServer(server, child, remove)
    const client = new Redis({ ...server, lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: 200 })
    client.on('error', () => undefined) // not up yet
    try {
      await Promise.race([
        client.ping(),
        once(child, 'exit').then(() => Promise.reject(new Error('redis-server ended'))),
      ])
    } catch (error) {
      await redis[Symbol.asyncDispose]()
      throw error
    } finally {
      client.disconnect()
    }
    return redis
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove()
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
