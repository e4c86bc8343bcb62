export { adapter } from './file-adapter.js'
export type { FileStoreOptions } from './file-options.js'
export { FileStore } from './file-store.js'
