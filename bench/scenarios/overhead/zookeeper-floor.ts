import { promisify } from 'node:util'
import zookeeper from 'node-zookeeper-client'
import type { Floor } from './floor.js'

/** `node-zookeeper-client`: create and stat, barrier and read, check and write. */
export async function zookeeperFloor(host: string, prefix: string): Promise<Floor> {
  const client = zookeeper.createClient(host, { sessionTimeout: 10_000 })
  await new Promise<void>((resolve) => {
    client.once('connected', resolve)
    client.connect()
  })
  const folder = `/${prefix}`
  await promisify((path: string, done: (error: Error | null) => void) => client.mkdirp(path, done as never))(folder)
  let path = ''
  const done = (resolve: () => void, reject: (error: unknown) => void) => (error: unknown) =>
    error ? reject(error) : resolve()
  return {
    async createOrdered(name, value) {
      path = `${folder}/${name}`
      await new Promise<void>((resolve, reject) =>
        client.create(path, Buffer.from(value), zookeeper.CreateMode.EPHEMERAL, done(resolve, reject)),
      )
      await new Promise<void>((resolve, reject) => client.exists(path, done(resolve, reject)))
    },
    async get() {
      // The protocol is first in, first out: both are sent at once.
      const barrier = new Promise<void>((resolve, reject) =>
        client.transaction().check(folder, -1).commit(done(resolve, reject)),
      )
      const read = new Promise<void>((resolve, reject) => client.getData(path, done(resolve, reject)))
      await Promise.all([barrier, read])
    },
    async guardedPut(value) {
      await new Promise<void>((resolve, reject) =>
        client.transaction().check(path, -1).setData(path, Buffer.from(value), -1).commit(done(resolve, reject)),
      )
    },
    async close() {
      await new Promise<void>((resolve) => {
        client.once('disconnected', resolve)
        client.close()
      })
    },
  }
}
