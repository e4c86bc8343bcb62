import { once } from 'node:events'
import Consul from 'consul'
import { connect } from '@eldest/core'
import { Etcd3 } from 'etcd3'
import { Redis } from 'ioredis'
import zookeeper from 'node-zookeeper-client'
import type { BenchStore } from './contender.js'
import { monotonicMs } from './monotonic-clock.js'
import { readKeys } from './programs/consul-index.js'

/** Learns from the store itself when it ends the session of a leader that has crashed. */
export interface Witness {
  /** Asked after the crash: when the first key went that was there before. */
  ended: Promise<number>
  close(): void | Promise<void>
}

/** Begins to look at the keys beneath a prefix; all candidates stand already. */
export function witness(store: BenchStore, address: string, keys: string): Promise<Witness> {
  return witnesses[store](address, keys)
}

const witnesses: Record<BenchStore, (address: string, keys: string) => Promise<Witness>> = {
  async etcd(address, keys) {
    const client = new Etcd3({ hosts: `http://${address}` })
    const stream = await client.watchClient.watch()
    stream.on('error', () => undefined) // cancelling is one
    const ended = new Promise<number>((resolve) => {
      stream.on('data', ({ events }) => {
        if (events.some(({ type }) => type === 'Delete')) resolve(monotonicMs())
      })
    })
    const created = new Promise<void>((resolve) => stream.on('data', () => resolve()))
    stream.write({ create_request: { key: Buffer.from(keys), range_end: Buffer.from(`${keys}\xff`, 'latin1') } })
    await created
    const close = () => {
      stream.cancel()
      client.close()
    }
    return { ended, close }
  },

  async consul(address, keys) {
    const [host, port] = address.split(':') as [string, string]
    const client = new Consul({ host, port: Number(port) })
    let open = true
    const read = async (index: number) => {
      const now = await readKeys(client, { key: keys, recurse: true, index, wait: '5m' })
      const held = now.keys.filter(({ Session }) => Session !== undefined)
      return { held: new Set(held.map(({ Key, Session }) => `${Key} ${Session}`)), index: now.index }
    }
    const before = await read(0)
    const follow = async () => {
      for (let { index } = before; open;) {
        const now = await read(index)
        if ([...before.held].some((key) => !now.held.has(key))) return monotonicMs()
        index = now.index
      }
      return NaN
    }
    const close = () => {
      open = false
      client.destroy()
    }
    return { ended: follow().catch(() => NaN), close } // closing ends the query
  },

  async zookeeper(address, keys) {
    const client = zookeeper.createClient(address, { sessionTimeout: 10_000 })
    const connected = once(client, 'connected')
    client.connect()
    await connected
    const folder = `/${keys}`
    const names = await new Promise<string[]>((resolve, reject) => {
      client.getChildren(folder, (error, children) => (error ? reject(error) : resolve(children)))
    })
    let gone = () => {}
    const ended = new Promise<number>((resolve) => (gone = () => resolve(monotonicMs())))
    for (const name of names) {
      await new Promise<void>((resolve, reject) => {
        client.exists(
          `${folder}/${name}`,
          () => gone(),
          (error) => (error ? reject(error) : resolve()),
        )
      })
    }
    return { ended, close: () => client.close() }
  },

  /** Redis tells of an expiry only when somebody comes across it; but it tells how long a key has left. */
  async redis(address, keys) {
    const [host, port] = address.split(':') as [string, string]
    const client = new Redis({ host, port: Number(port) })
    await client.ping()
    const ask = async () => monotonicMs() + (await client.pttl(keys))
    return {
      get ended() {
        return ask()
      },
      close: () => client.disconnect(),
    }
  },

  /** There is no server: whoever has the file open ends sessions; so does this one. */
  async local(address, keys) {
    const store = await connect(`local:${address}`)
    const prefix = keys.slice(keys.indexOf('/') + 1)
    const watching = store.watchPrefix(prefix)[Symbol.asyncIterator]()
    const before = (await watching.next()) as IteratorYieldResult<{ key: string }[]>
    const follow = async () => {
      for (;;) {
        const now = await watching.next()
        if (now.done) return NaN
        if (before.value.some(({ key }) => !now.value.some((entry) => entry.key === key))) return monotonicMs()
      }
    }
    return { ended: follow().catch(() => NaN), close: () => store.close() }
  },
}
