import type { Server } from '../contenders/contender.js'
import type { ServerStore } from '../servers.js'

/** One bid of a crowd. */
export interface Bid {
  /** Resolves when it leads. */
  readonly elected: Promise<void>
  /** Gives the leadership, or the place, up. */
  resign(): Promise<void>
}

/** Any number of candidates and observers in this process, on one client, and on one session if it can be shared. */
export interface Crowd {
  /** Resolves when the candidate waits behind somebody, or leads. */
  stand(election: string, id: string): Promise<Bid>
  /** Tells the present leader's id and each later one, while somebody leads. Resolves when it follows. */
  observe(election: string, tell: (leader: string) => void): Promise<void>
  /** Ends everything. */
  close(): Promise<void>
}

/** How to be served. */
export interface CrowdOptions {
  server: Server
  /** What all keys are beneath. */
  namespace: string
  /** As near to it as the store grants. */
  ttlMs: number
}

/** What is measured with many of it in one process. */
export interface CrowdKind {
  /** As a reader knows it. */
  contender: string
  store: ServerStore
  /** `floor`: the fewest requests of the bare client that are safe. */
  role: 'ours' | 'peer' | 'floor'
  open(options: CrowdOptions): Promise<Crowd>
}
