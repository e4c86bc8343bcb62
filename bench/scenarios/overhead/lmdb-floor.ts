import { watch as watchFolder } from 'node:fs'
import { open } from 'lmdb'
import type { Floor } from './floor.js'

interface Stored {
  revision: number
  value: Uint8Array
}

/** `lmdb`: one transaction a write, on the disk before it resolves, and the folder's events for a watch. */
export function lmdbFloor(folder: string): Floor {
  const root = open<unknown, string>({ path: folder, overlappingSync: false })
  const keys = root.openDB<Stored, string>({ name: 'keys' })
  let closed = false
  const watchers = new Set<{ close(): void }>()
  return {
    async createOrdered(name, value) {
      const revision = await root.transaction(() => {
        if (keys.get(name)) throw new Error(`${name} exists`)
        const next = ((root.get('revision') as number | undefined) ?? 0) + 1
        root.putSync('revision', next)
        keys.putSync(name, { revision: next, value })
        return next
      })
      return {
        async get() {
          if (!keys.get(name)) throw new Error('not there')
        },
        async put(value) {
          await root.transaction(() => {
            if (keys.get(name)?.revision !== revision) throw new Error('refused')
            keys.putSync(name, { revision, value })
          })
        },
        async watch(see) {
          const look = () => {
            if (closed) return
            keys.resetReadTxn() // or it shows what this turn of the event loop has read before
            const stored = keys.get(name)
            if (stored) see(stored.value)
          }
          look()
          const changed = () => {
            look()
            setTimeout(look, 1) // the event may come before the commit can be read
          }
          watchers.add(watchFolder(folder, changed))
        },
      }
    },
    async list() {
      const found = [...keys.getRange({ start: 'list/', end: 'list0' })]
      return found.sort((a, b) => a.value.revision - b.value.revision).length
    },
    async close() {
      closed = true
      for (const watcher of watchers) watcher.close()
      await root.close()
    },
  }
}
