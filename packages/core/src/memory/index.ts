export { MemoryLink } from './memory-link.js'
export { MemoryServer } from './memory-server.js'
export { MemoryStore, type MemoryStoreOptions } from './memory-store.js'
