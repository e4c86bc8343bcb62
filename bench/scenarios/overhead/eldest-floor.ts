import { connect } from '@eldest/core'
import type { Floor } from './floor.js'

/** The same through our adapter. */
export async function eldestFloor(url: string, prefix: string): Promise<Floor> {
  const store = await connect(url)
  const watcher = await connect(url)
  const session = await store.openSession({ ttlMs: 60_000 })
  return {
    async createOrdered(name, value) {
      const path = `${prefix}/${name}`
      const end = path.lastIndexOf('/')
      let entry = await session.createOrdered(path.slice(0, end), value, { name: path.slice(end + 1) })
      return {
        async get() {
          if (!(await store.get(entry.key))) throw new Error('not there')
        },
        async put(value) {
          entry = await store.put(entry.key, value, { guard: entry })
        },
        async watch(see) {
          await new Promise<void>((resolve, reject) => {
            const follow = async () => {
              for await (const state of watcher.watch(entry.key)) {
                if (state) see(state.value)
                resolve()
              }
            }
            follow().catch(reject)
          })
        },
      }
    },
    async list() {
      return (await store.list(`${prefix}/list`)).length
    },
    async close() {
      await Promise.all([store.close(), watcher.close()])
    },
  }
}
