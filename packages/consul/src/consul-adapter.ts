import type { Adapter } from '@eldest/core'
import { parseConsulUrl } from './consul-options.js'
import { policy } from './consul-policy.js'
import { ConsulStore } from './consul-store.js'

/** Serves `consul://token@host:port,host:port/namespace`, and `consuls:` with TLS. */
export const adapter: Adapter = {
  schemes: ['consul', 'consuls'],
  connect: async (url, options) => ConsulStore.open({ ...parseConsulUrl(url), ...options }),
  policy: (url) => policy(parseConsulUrl(url).namespace),
}
