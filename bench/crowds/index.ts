import { consulRecipe } from './consul-recipe.js'
import { consulRequests } from './consul-requests.js'
import type { CrowdKind } from './crowd.js'
import { eldest } from './eldest.js'
import { etcd3Election } from './etcd3-election.js'
import { etcdRequests } from './etcd-requests.js'
import { zookeeperRequests } from './zookeeper-requests.js'

export type { Bid, Crowd, CrowdKind, CrowdOptions } from './crowd.js'

/** Store by store: ours, what a user would pick instead, and the floor. */
export const crowdKinds: readonly CrowdKind[] = [
  eldest('etcd'),
  etcd3Election,
  etcdRequests,
  eldest('consul'),
  consulRecipe,
  consulRequests,
  eldest('zookeeper'),
  zookeeperRequests,
]
