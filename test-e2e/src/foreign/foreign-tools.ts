import { variable } from '../store-under-test.js'
import { Etcdctl } from './etcdctl.js'
import type { ForeignTool } from './foreign-tool.js'
import { LeaderLatch } from './leader-latch.js'

/** The other tools that can stand in a storm, by the backend on which they do. */
export const FOREIGN_TOOLS = {
  etcd: () => Etcdctl.open(`${variable('ELDEST_DOCKER_PROJECT')}-cluster-etcd1-1`),
  zookeeper: () => LeaderLatch.open(),
} as const satisfies Record<string, () => Promise<ForeignTool>>
