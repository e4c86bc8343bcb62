import type { ServerStore } from '../../servers.js'

/** What the parent tells the program of this scenario. */
export interface Leading {
  store: ServerStore | 'local'
  contender: string
  /** Of Eldest's store; the others are told the server. */
  url: string
  server: { host: string; port: number }
  namespace: string
  elections: number
  ttlMs: number
  watchedMs: number
}

/** What it found, when it had led for a while. */
export interface Led {
  memoryKiB: number
  cpuPercent: number
  /** Open files, sockets included, more than before it opened the store. */
  files: number
  timers: number
}

/** The line with which the program says that it leads everywhere, and is watched from now on. */
export const READY = 'ready'
