import Consul from 'consul'
import type { Floor } from './floor.js'

/** `consul`: one transaction to create, one consistent read, one transaction to write. */
export async function consulFloor(host: string, port: number, prefix: string): Promise<Floor> {
  const client = new Consul({ host, port })
  const options = { ttl: '60s', behavior: 'delete', checks: [], lockdelay: '0s' }
  const { ID: session } = await client.session.create(options as never)
  let key = ''
  const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64')
  const transaction = async (operations: object[]) => {
    await client.transaction.create(operations.map((each) => ({ KV: each })) as never)
  }
  return {
    async createOrdered(name, value) {
      key = `${prefix}/${name}`
      await transaction([
        { Verb: 'check-not-exists', Key: key },
        { Verb: 'lock', Key: key, Value: base64(value), Session: session },
        { Verb: 'get', Key: key },
      ])
    },
    async get() {
      if (!(await client.kv.get({ key, consistent: true } as never))) throw new Error('not there')
    },
    async guardedPut(value) {
      await transaction([
        { Verb: 'check-session', Key: key, Session: session },
        { Verb: 'set', Key: key, Value: base64(value) },
        { Verb: 'get', Key: key },
      ])
    },
    async close() {
      await client.session.destroy(session)
      client.destroy()
    },
  }
}
