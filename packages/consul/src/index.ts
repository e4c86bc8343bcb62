export { adapter } from './consul-adapter.js'
export type { ConsulStoreOptions } from './consul-options.js'
export { policy } from './consul-policy.js'
export { ConsulStore } from './consul-store.js'
