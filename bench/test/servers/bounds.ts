import type { ServerStore } from '../../servers.js'

/** What one store may cost its server. */
export interface Bounds {
  /** Requests of one hand-over with 3 candidates, and with 30, whose watches on Consul share a query. */
  handOver: [few: number, many: number]
  /** Its candidates have to read the whole line, however many stand in it. */
  handOverBytesGrow: boolean
  /** At least and at most so many requests a TTL keep one session alive. */
  renewals: [least: number, most: number]
  /** Requests in twelve seconds by which a hundred elections make sure of what they watch. */
  rereads: number
  /** That a client has opened when it leads a hundred elections. */
  connections: number
  /** Requests of one operation each. */
  operations: Record<'createOrdered' | 'get' | 'list of 2' | 'predecessor' | 'guarded put' | 'guarded delete', number>
}

/** As it is today: who makes one smaller writes it down here, so that it does not grow again. */
export const BOUNDS: Record<ServerStore, Bounds> = {
  etcd: {
    handOver: [4, 4],
    handOverBytesGrow: false,
    renewals: [4, 8],
    rereads: 0,
    connections: 5,
    operations: {
      createOrdered: 1,
      get: 1,
      'list of 2': 1,
      predecessor: 1,
      'guarded put': 1,
      'guarded delete': 1,
    },
  },
  consul: {
    handOver: [2, 3],
    handOverBytesGrow: true,
    renewals: [2, 4],
    rereads: 40,
    connections: 40,
    operations: {
      createOrdered: 1,
      get: 1,
      'list of 2': 1,
      predecessor: 1,
      'guarded put': 1,
      'guarded delete': 1,
    },
  },
  zookeeper: {
    handOver: [4, 4],
    handOverBytesGrow: true,
    renewals: [5, 7],
    rereads: 180,
    connections: 8,
    operations: {
      createOrdered: 2,
      get: 2,
      'list of 2': 4,
      predecessor: 4,
      'guarded put': 1,
      'guarded delete': 1,
    },
  },
}
