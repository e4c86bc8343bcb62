import type { Adapter } from '@eldest/core'
import { parseZooKeeperUrl } from './zookeeper-options.js'
import { policy } from './zookeeper-policy.js'
import { ZooKeeperStore } from './zookeeper-store.js'

/** Serves `zookeeper://user:password@host:port,host:port/chroot`; says why `zookeepers:` cannot be had. */
export const adapter: Adapter = {
  schemes: ['zookeeper', 'zookeepers'],
  connect: async (url, options) => ZooKeeperStore.open({ ...parseZooKeeperUrl(url), ...options }),
  policy: (url) => policy(parseZooKeeperUrl(url).chroot),
}
