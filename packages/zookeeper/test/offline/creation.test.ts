import { systemClock } from '@eldest/core'
import zookeeper, { type Stat } from 'node-zookeeper-client'
import { describe, expect, test } from 'vitest'
import type { ZooKeeperClient } from '../../src/zookeeper-client.js'
import { ZooKeeperCreation } from '../../src/zookeeper-creation.js'
import { zookeeperError } from '../../src/zookeeper-errors.js'
import { ZooKeeperSpace } from '../../src/zookeeper-space.js'

const { Exception } = zookeeper
const SESSION = '0100000000000001'

function failure(code: number): Error {
  return Object.assign(new Error(`Exception: ${code}`), { code })
}

/** One node, and what befalls the reading that follows its creation: once. */
class Server {
  created = 0
  #exists = false
  #befalls: 'deletion' | 'silence' | undefined

  constructor(befalls: 'deletion' | 'silence') {
    this.#befalls = befalls
  }

  readonly client = {
    create: async (path: string) => {
      if (this.#exists) throw failure(Exception.NODE_EXISTS)
      this.#exists = true
      this.created++
      return path
    },
    getChildren: async () => (this.#exists ? ['a0000000001'] : []),
    getData: async () => {
      const befalls = this.#befalls
      this.#befalls = undefined
      if (befalls === 'silence') throw failure(Exception.CONNECTION_LOSS)
      if (befalls === 'deletion') this.#exists = false
      if (!this.#exists) throw failure(Exception.NO_NODE)
      const zxid = Buffer.from(`000000000000000${this.created}`, 'hex')
      return {
        data: Buffer.from('x'),
        stat: { czxid: zxid, mzxid: zxid, version: 0, ephemeralOwner: Buffer.from(SESSION, 'hex') } as unknown as Stat,
      }
    },
  } as unknown as ZooKeeperClient
}

function creationAt(server: Server): ZooKeeperCreation {
  const connection: ConstructorParameters<typeof ZooKeeperCreation>[0]['connection'] = {
    send: (doing, _, request) =>
      request(server.client).catch((error: unknown) => {
        throw zookeeperError(error, doing)
      }),
  }
  const options = { connection, space: new ZooKeeperSpace('n'), clock: systemClock, requestTimeoutMs: 1000, servers: 1 }
  return new ZooKeeperCreation(options, SESSION)
}

describe.each(['create', 'createNumbered'] as const)('%s', (create) => {
  test('an entry that is not known yet, and that an operator deletes, is made again', async () => {
    const server = new Server('deletion')
    const entry = await creationAt(server)[create]('line/a', new Uint8Array([1]))
    expect(entry).toMatchObject({ createRevision: 2n, session: SESSION })
    expect(server.created).toBe(2)
  })

  test('a connection that is lost between the creation and its reading leaves one entry', async () => {
    const server = new Server('silence')
    const entry = await creationAt(server)[create]('line/a', new Uint8Array([1]))
    expect(entry).toMatchObject({ createRevision: 1n, session: SESSION })
    expect(server.created).toBe(1)
  })
})
