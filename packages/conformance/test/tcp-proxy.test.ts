import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TcpProxy } from '../src/index.js'

const PATIENCE_MS = 10_000

/** A server that answers each line with the same line in capitals. */
let server: Server
let served: Socket[]
let received: string
let proxy: TcpProxy

beforeEach(async () => {
  served = []
  received = ''
  server = createServer((socket) => {
    served.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      received += chunk.toString()
      socket.write(chunk.toString().toUpperCase())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await TcpProxy.listen({ host: '127.0.0.1', port: (server.address() as { port: number }).port })
})

afterEach(async () => {
  await proxy.close()
  for (const socket of served) socket.destroy()
  server.close()
})

/** A client and what it has read. */
async function open() {
  const socket = connect(proxy.port, '127.0.0.1')
  const client = { socket, read: '', closed: false }
  socket.on('data', (chunk) => (client.read += chunk.toString()))
  socket.on('error', () => undefined)
  socket.on('close', () => (client.closed = true))
  await once(socket, 'connect')
  return client
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50))

describe('the proxy', () => {
  it('passes bytes and ends both ways, and counts', async () => {
    const client = await open()
    client.socket.write('hello')
    await until('the answer', () => client.read === 'HELLO')
    expect(proxy.counts).toEqual({ connections: 1, chunksToServer: 1, bytesToServer: 5, bytesToClient: 5 })
    client.socket.end()
    await until('the end', () => client.closed)
  })

  it('swallows everything when silent, with connections open, and resets them when healed', async () => {
    const old = await open()
    proxy.silence()
    const young = await open()
    for (const client of [old, young]) client.socket.write('hello')
    await pause()
    expect([old.read, young.read, received, old.closed, young.closed]).toEqual(['', '', '', false, false])
    proxy.heal()
    await until('the resets', () => old.closed && young.closed)
    const fresh = await open()
    fresh.socket.write('hello')
    await until('the answer', () => fresh.read === 'HELLO')
  })

  it.each(['toServer', 'toClient'] as const)('swallows in one direction alone: %s', async (direction) => {
    const client = await open()
    await until('the connection', () => served.length === 1)
    proxy.silence(direction)
    client.socket.write('hello')
    if (direction === 'toClient') await until('the request', () => received === 'hello')
    else served.at(-1)!.write('news')
    if (direction === 'toServer') await until('the news', () => client.read === 'news')
    await pause()
    expect([client.read, received]).toEqual(direction === 'toClient' ? ['', 'hello'] : ['news', ''])
    proxy.heal()
    await until('the reset', () => client.closed)
  })

  it('keeps the connection to the server when the client goes away in the silence', async () => {
    const client = await open()
    client.socket.write('hello')
    await until('the answer', () => client.read === 'HELLO')
    proxy.silence()
    client.socket.destroy()
    await pause()
    expect(served[0]?.destroyed).toBe(false)
    proxy.heal()
    await until('the end', () => served[0]?.destroyed === true)
  })

  it('delivers late what it held', async () => {
    const client = await open()
    proxy.hold()
    client.socket.write('hello')
    await pause()
    expect([client.read, received]).toEqual(['', ''])
    proxy.heal()
    await until('the answer', () => client.read === 'HELLO')
  })

  it('resets every connection when it refuses', async () => {
    const old = await open()
    proxy.refuse()
    await until('the reset', () => old.closed)
    const young = connect(proxy.port, '127.0.0.1')
    let closed = false
    young.on('error', () => undefined).on('close', () => (closed = true))
    await until('the refusal', () => closed)
  })

  it('loses the answers to as many writes as it was told, after they took effect', async () => {
    proxy.loseNextAnswer((chunk) => chunk.includes('write'))
    proxy.loseNextAnswer((chunk) => chunk.includes('write'))
    const reader = await open()
    reader.socket.write('read')
    await until('the answer', () => reader.read === 'READ')
    for (const text of ['write1', 'write2']) {
      const writer = await open()
      writer.socket.write(text)
      await until('the reset', () => writer.closed)
      expect(writer.read).toBe('')
      expect(received).toContain(text)
    }
    expect([reader.closed, proxy.pendingLosses]).toEqual([false, 0])
  })

  it('delays and loses chunks without changing their order', async () => {
    let turn = 0
    proxy.shape({ delayMs: 5, lossRate: 0.2, random: () => (turn++ % 5) / 5 })
    const client = await open()
    const text = Array.from({ length: 40 }, (_, i) => `<${i}>`)
    for (const part of text) {
      client.socket.write(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until('all of it', () => client.read === text.join(''))
  })

  it('resets connections at the rate it was told', async () => {
    proxy.shape({ resetRate: 1 })
    const client = await open()
    client.socket.write('hello')
    await until('the reset', () => client.closed)
  })
})
