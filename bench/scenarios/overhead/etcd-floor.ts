import { Etcd3, type IRequestOp } from 'etcd3'
import type { Floor } from './floor.js'

/** `etcd3`: one transaction to create, one range to read, one transaction to write. */
export async function etcdFloor(host: string, prefix: string): Promise<Floor> {
  const client = new Etcd3({ hosts: `http://${host}` })
  const { ID: lease } = await client.leaseClient.leaseGrant({ TTL: 60 })
  let key = Buffer.alloc(0)
  let revision: string
  return {
    async createOrdered(name, value) {
      key = Buffer.from(`${prefix}/${name}`)
      const put: IRequestOp = { request_put: { key, value: Buffer.from(value), lease } }
      const { succeeded, header } = await client.kv.txn({
        compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }],
        success: [put],
        failure: [{ request_range: { key } }],
      })
      if (!succeeded) throw new Error(`${name} exists`)
      revision = header.revision
    },
    async get() {
      const { kvs } = await client.kv.range({ key })
      if (kvs.length !== 1) throw new Error('not there')
    },
    async guardedPut(value) {
      const { succeeded } = await client.kv.txn({
        compare: [{ key, target: 'Create', result: 'Equal', create_revision: revision }],
        success: [{ request_put: { key, value: Buffer.from(value), ignore_lease: true } }],
        failure: [],
      })
      if (!succeeded) throw new Error('refused')
    },
    async close() {
      await client.leaseClient.leaseRevoke({ ID: lease })
      client.close()
    },
  }
}
