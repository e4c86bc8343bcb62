import { connect, type Entry } from '@eldest/core'
import type { Floor } from './floor.js'

/** The same through our adapter. */
export async function eldestFloor(url: string, prefix: string): Promise<Floor> {
  const [store, watcher] = [await connect(url), await connect(url)]
  const session = await store.openSession({ ttlMs: 60_000 })
  const watched = `${prefix}/watched`
  let entry: Entry
  return {
    async createOrdered(name, value) {
      const path = `${prefix}/${name}`
      const end = path.lastIndexOf('/')
      entry = await session.createOrdered(path.slice(0, end), value, { name: path.slice(end + 1) })
    },
    async get() {
      if (!(await store.get(entry.key))) throw new Error('not there')
    },
    async guardedPut(value) {
      await store.put(entry.key, value, { guard: entry })
    },
    async list() {
      return (await store.list(`${prefix}/list`)).length
    },
    async put(value) {
      await store.put(watched, value)
    },
    async watch(see) {
      await new Promise<void>((resolve, reject) => {
        const follow = async () => {
          for await (const state of watcher.watch(watched)) {
            if (state) see(state.value)
            resolve()
          }
        }
        follow().catch(reject)
      })
    },
    async close() {
      await store.delete(watched)
      await Promise.all([store.close(), watcher.close()])
    },
  }
}
