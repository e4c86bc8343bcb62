import zookeeper, { type Client, type Stat } from 'node-zookeeper-client'
import type { Server } from '../../contenders/contender.js'
import type { Floor } from './floor.js'

type Done<T> = (error: unknown, value: T) => void

/** `node-zookeeper-client`: create and stat, barrier and read, check and write, a watcher a change. */
export async function zookeeperFloor({ host, port }: Server, prefix: string): Promise<Floor> {
  const client = await connected(host, port)
  const watcher = await connected(host, port)
  const folder = `/${prefix}`
  await promised((done) => client.mkdirp(`${folder}/list`, done as never))
  // The protocol is first in, first out: what is read behind a barrier is sent at once with it.
  const barrier = (of: Client) =>
    promised((done) =>
      of
        .transaction()
        .check(folder, -1)
        .commit(done as never),
    )
  const dataOf = (of: Client, path: string, changed?: () => void) =>
    promised<{ data: Buffer; stat: Stat }>((done) => {
      const given = (error: unknown, data: Buffer, stat: Stat) => done(error, { data, stat })
      if (changed) of.getData(path, changed, given)
      else of.getData(path, given)
    })
  return {
    async createOrdered(name, value) {
      const path = `${folder}/${name}`
      const { EPHEMERAL } = zookeeper.CreateMode
      await promised((done) => client.create(path, Buffer.from(value), EPHEMERAL, done as never))
      await promised((done) => client.exists(path, done as never))
      return {
        async get() {
          await Promise.all([barrier(client), dataOf(client, path)])
        },
        async put(value) {
          const transaction = client.transaction().check(path, -1).setData(path, Buffer.from(value), -1)
          await promised((done) => transaction.commit(done as never))
        },
        async watch(see) {
          const look = async () => {
            const again = () => {
              look().catch(() => undefined) // closed meanwhile
            }
            const [, { data }] = await Promise.all([barrier(watcher), dataOf(watcher, path, again)])
            see(data)
          }
          await look()
        },
      }
    },
    async list() {
      const children = promised<string[]>((done) => client.getChildren(`${folder}/list`, done as never))
      const [, names] = await Promise.all([barrier(client), children])
      const found = await Promise.all(names.map((name) => dataOf(client, `${folder}/list/${name}`)))
      return found.sort((a, b) => Buffer.compare(a.stat.czxid, b.stat.czxid)).length
    },
    async close() {
      await Promise.all([client, watcher].map(close))
    },
  }
}

async function connected(host: string, port: number): Promise<Client> {
  const client = zookeeper.createClient(`${host}:${port}`, { sessionTimeout: 10_000 })
  await new Promise<void>((resolve) => {
    client.once('connected', resolve)
    client.connect()
  })
  return client
}

async function close(client: Client): Promise<void> {
  await new Promise<void>((resolve) => {
    client.once('disconnected', resolve)
    client.close()
  })
}

function promised<T>(send: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, value) => {
      if (error) reject(error)
      else resolve(value)
    })
  })
}
