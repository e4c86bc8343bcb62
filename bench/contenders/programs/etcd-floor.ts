// The fewest requests that are safe, by etcd3's bare calls: one watch on the predecessor, open before it goes, and one
// linearizable range when it has gone, which must show the own key, and none before it.
import { Etcd3, type IRangeRequest } from 'etcd3'
import { perform } from './stage.js'

await perform(async ({ address, election, ttlMs }, tell) => {
  const client = new Etcd3({ hosts: `http://${address}` })
  const { ID: lease } = await client.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1000) })
  const renewals = await client.leaseClient.leaseKeepAlive()
  setInterval(() => renewals.write({ ID: lease }), ttlMs / 3)
  let leads = false
  let bids = 0
  let key = Buffer.alloc(0)

  /** The own key and the one before it, the younger first. */
  async function line(createRevision: string) {
    const range: IRangeRequest = {
      key: Buffer.from(`${election}/`),
      range_end: Buffer.from(`${election}0`),
      max_create_revision: createRevision,
      sort_target: 'Create',
      sort_order: 'Descend',
      limit: 2,
      keys_only: true,
    }
    const { header, kvs } = await client.kv.range(range)
    if (!kvs[0]?.key.equals(key)) throw new Error('the own key is gone')
    return { revision: header.revision, predecessor: kvs[1]?.key }
  }

  /** Resolves when the key is deleted. */
  async function gone(predecessor: Buffer, revision: string, onOpen: () => void) {
    const stream = await client.watchClient.watch()
    await new Promise<void>((resolve, reject) => {
      stream.on('error', reject)
      stream.on('data', ({ created, canceled, events }) => {
        if (canceled) reject(new Error('the watch was refused'))
        else if (created) onOpen()
        if (events.some(({ type }) => type === 'Delete')) resolve()
      })
      const startRevision = (BigInt(revision) + 1n).toString()
      stream.write({ create_request: { key: predecessor, start_revision: startRevision } })
    })
    stream.on('error', () => undefined) // cancelling is one
    stream.end() // or etcd3 takes the cancelling for a failure and closes its connections
    setImmediate(() => stream.cancel())
  }

  return {
    async campaign() {
      key = Buffer.from(`${election}/${lease}.${bids++}`)
      const { header } = await client.kv.txn({
        compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }],
        success: [{ request_put: { key, value: Buffer.alloc(0), lease } }],
        failure: [],
      })
      for (;;) {
        const { revision, predecessor } = await line(header.revision)
        if (!predecessor) break
        await gone(predecessor, revision, () => tell('standing'))
      }
      leads = true
      tell('elected')
    },
    async resign() {
      leads = false
      await client.kv.deleteRange({ key })
    },
    leads: () => leads,
  }
})
