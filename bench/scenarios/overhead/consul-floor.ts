import Consul from 'consul'
import type { Server } from '../../contenders/contender.js'
import type { Floor } from './floor.js'

interface Key {
  Value: Buffer
  CreateIndex: number
  ModifyIndex: number
}

/** `consul`: one transaction to create, one consistent read, one transaction to write, one blocking query a change. */
export async function consulFloor(server: Server, prefix: string): Promise<Floor> {
  const client = new Consul(server)
  const watcher = new Consul(server)
  const options = { ttl: '60s', behavior: 'delete', checks: [], lockdelay: '0s' }
  const { ID: session } = await client.session.create(options as never)
  let closed = false
  const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64')
  const transaction = async (operations: object[]) => {
    await client.transaction.create(operations.map((each) => ({ KV: each })) as never)
  }
  return {
    async createOrdered(name, value) {
      const key = `${prefix}/${name}`
      await transaction([
        { Verb: 'check-not-exists', Key: key },
        { Verb: 'lock', Key: key, Value: base64(value), Session: session },
        { Verb: 'get', Key: key },
      ])
      return {
        async get() {
          if (!(await client.kv.get({ key, consistent: true, buffer: true } as never))) throw new Error('not there')
        },
        async put(value) {
          await transaction([
            { Verb: 'check-session', Key: key, Session: session },
            { Verb: 'set', Key: key, Value: base64(value) },
            { Verb: 'get', Key: key },
          ])
        },
        async watch(see) {
          const read = async (index: number) => {
            const query = { key, consistent: true, buffer: true, ...(index > 0 && { index, wait: '10s' }) }
            const found = (await watcher.kv.get(query as never)) as unknown as Key
            see(found.Value)
            return found.ModifyIndex
          }
          let index = await read(0)
          const follow = async () => {
            while (!closed) index = await read(index)
          }
          follow().catch(() => undefined) // closed meanwhile
        },
      }
    },
    async list() {
      const query = { key: `${prefix}/list/`, recurse: true, consistent: true, buffer: true }
      const keys = (await client.kv.get(query as never)) as unknown as Key[]
      return keys.sort((a, b) => a.CreateIndex - b.CreateIndex).length
    },
    async close() {
      closed = true
      await client.session.destroy(session)
      client.destroy()
      watcher.destroy()
    },
  }
}
