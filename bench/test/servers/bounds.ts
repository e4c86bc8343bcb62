import type { ServerStore } from '../../servers.js'

/** What one store may cost its server. */
export interface Bounds {
  /** Requests of one hand-over. */
  handOver: number
  /** Its candidates have to read the whole line, however many stand in it. */
  handOverBytesGrow: boolean
  /** Requests a TTL that keep one session alive. */
  renewal: { least: number; most: number }
  /** Requests in twelve seconds by which a hundred elections make sure of what they watch. */
  rereads: number
  /** Of one client that leads a hundred elections. */
  connections: number
  /** Requests of one operation each. */
  operations: Record<'createOrdered' | 'get' | 'list of 2' | 'predecessor' | 'guarded put' | 'guarded delete', number>
}

const operations = {
  createOrdered: 1,
  get: 1,
  'list of 2': 1,
  predecessor: 1,
  'guarded put': 1,
  'guarded delete': 1,
}

/** As it is today: who makes one smaller writes it down here, so that it does not grow again. */
export const BOUNDS: Record<ServerStore, Bounds> = {
  etcd: {
    handOver: 5,
    handOverBytesGrow: false,
    renewal: { least: 4, most: 8 },
    rereads: 0,
    connections: 2,
    operations,
  },
  consul: {
    handOver: 5,
    handOverBytesGrow: true,
    renewal: { least: 2, most: 4 },
    rereads: 300,
    connections: 250,
    operations,
  },
  zookeeper: {
    handOver: 5,
    handOverBytesGrow: true,
    renewal: { least: 5, most: 7 },
    rereads: 400,
    connections: 2,
    operations,
  },
}
