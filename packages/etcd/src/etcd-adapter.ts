import type { Adapter } from '@eldest/core'
import { parseEtcdUrl } from './etcd-options.js'
import { policy } from './etcd-policy.js'
import { EtcdStore } from './etcd-store.js'

/** Serves `etcd://user:password@host:port,host:port/namespace`, and `etcds:` with TLS. */
export const adapter: Adapter = {
  schemes: ['etcd', 'etcds'],
  connect: async (url, options) => EtcdStore.open({ ...parseEtcdUrl(url), ...options }),
  policy: (url) => policy(parseEtcdUrl(url).namespace),
}
