import type { Adapter } from '../store-adapter.js'
import { MemoryStore } from './memory-store.js'

/** Serves `memory:`, a private store of this process. */
export const adapter: Adapter = {
  schemes: ['memory'],
  connect(url) {
    if (url !== 'memory:') return Promise.reject(new RangeError(`the memory store takes no address: write memory:`))
    return Promise.resolve(new MemoryStore())
  },
}
