import dns from 'node:dns'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { connect } from '@eldest/core'
import { expect, test, vi } from 'vitest'
import { adapter } from '../../src/index.js'

const LOOKUP_MS = 100

// The shortest session is asked for by 1 ms, of which the client would make its own limit for connecting.
test('a server that takes longer than a millisecond to be connected to is asked for both its sessions', async () => {
  const lookup = dns.lookup.bind(dns) as (...args: unknown[]) => void
  const slowly = (...args: unknown[]) => void setTimeout(() => lookup(...args), LOOKUP_MS)
  const spy = vi.spyOn(dns, 'lookup').mockImplementation(slowly)
  let asked = 0
  const server = createServer((socket) => {
    socket.once('data', () => asked++).on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const opening = connect(`zookeeper://localhost:${port}/eldest?requestTimeoutMs=1000`, { adapters: [adapter] })
    await expect(opening).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(asked).toBe(2)
  } finally {
    spy.mockRestore()
    server.close()
  }
})
