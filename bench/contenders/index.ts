import type { Contender } from './contender.js'
import { curator, eldest, kazoo, nodeProgram } from './programs.js'
import { consulLock, etcdctl } from './tools.js'

const FLOOR = 'bare requests'

/** All of them: what a user of each store would pick, Eldest, and the floor. */
export const contenders: readonly Contender[] = [
  eldest('etcd'),
  nodeProgram('etcd3-election', {
    name: "etcd3's Election",
    store: 'etcd',
    role: 'peer',
    keys: (election) => `election/${election}/`,
  }),
  etcdctl,
  nodeProgram('naive-poller', {
    name: 'naive poller',
    store: 'etcd',
    role: 'peer',
    ownTtlMs: 15_000,
    share: 0.025,
    keys: (election) => `${election}/`,
  }),
  nodeProgram('etcd-floor', { name: FLOOR, store: 'etcd', role: 'floor', keys: (election) => `${election}/` }),

  eldest('consul'),
  nodeProgram('consul-recipe', {
    name: 'the usual recipe',
    store: 'consul',
    role: 'peer',
    keys: (election) => `${election}/`,
  }),
  consulLock,
  nodeProgram('consul-floor', { name: FLOOR, store: 'consul', role: 'floor', keys: (election) => `${election}/` }),

  eldest('zookeeper'),
  kazoo,
  curator,
  nodeProgram('zookeeper-floor', { name: FLOOR, store: 'zookeeper', role: 'floor', keys: (election) => election }),

  nodeProgram('redlock-using', { name: 'redlock', store: 'redis', role: 'peer', keys: (election) => election }),

  eldest('local'),
  nodeProgram('local-floor', {
    name: 'bare transaction',
    store: 'local',
    role: 'floor',
    keys: (election) => election,
  }),
]
