import { Etcd3, type IRequestOp } from 'etcd3'
import type { Server } from '../../contenders/contender.js'
import { EtcdWatches } from '../../crowds/etcd-watches.js'
import type { Floor } from './floor.js'

/** `etcd3`: one transaction to create, one range to read, one transaction to write, one stream to watch. */
export async function etcdFloor({ host, port }: Server, prefix: string): Promise<Floor> {
  const client = new Etcd3({ hosts: `http://${host}:${port}` })
  const watcher = new Etcd3({ hosts: `http://${host}:${port}` })
  const watches = new EtcdWatches(watcher)
  const { ID: lease } = await client.leaseClient.leaseGrant({ TTL: 60 })
  return {
    async createOrdered(name, value) {
      const key = Buffer.from(`${prefix}/${name}`)
      const put: IRequestOp = { request_put: { key, value: Buffer.from(value), lease } }
      const { succeeded, header } = await client.kv.txn({
        compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }],
        success: [put],
        failure: [{ request_range: { key } }],
      })
      if (!succeeded) throw new Error(`${name} exists`)
      const { revision } = header
      return {
        async get() {
          const { kvs } = await client.kv.range({ key })
          if (kvs.length !== 1) throw new Error('not there')
        },
        async put(value) {
          const { succeeded } = await client.kv.txn({
            compare: [{ key, target: 'Create', result: 'Equal', create_revision: revision }],
            success: [{ request_put: { key, value: Buffer.from(value), ignore_lease: true } }],
            failure: [],
          })
          if (!succeeded) throw new Error('refused')
        },
        async watch(see) {
          const { kvs, header } = await watcher.kv.range({ key })
          if (kvs[0]) see(kvs[0].value)
          await watches.follow({ key, start_revision: String(BigInt(header.revision) + 1n) }, (events) =>
            see(events.at(-1)!.kv.value),
          )
        },
      }
    },
    async list() {
      const range = { key: Buffer.from(`${prefix}/list/`), range_end: Buffer.from(`${prefix}/list0`) }
      const { kvs } = await client.kv.range({ ...range, sort_target: 'Create', sort_order: 'Ascend' })
      return kvs.length
    },
    async close() {
      await watches.close()
      await client.leaseClient.leaseRevoke({ ID: lease })
      client.close()
      watcher.close()
    },
  }
}
