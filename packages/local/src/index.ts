export { adapter } from './local-adapter.js'
export type { LocalStoreOptions } from './local-options.js'
export { LocalStore } from './local-store.js'
