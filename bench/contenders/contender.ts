/** A store's server as a contender is to reach it; through a proxy, where the network is to fail. */
export interface Server {
  host: string
  port: number
}

/** Where a candidate stands. */
export interface Place {
  server: Server
  /** The election: letters and digits. */
  election: string
  id: string
  ttlMs: number
}

/** What is measured. */
export interface Contender {
  /** As a reader knows it. */
  name: string
  store: 'etcd' | 'consul' | 'zookeeper' | 'redis' | 'local'
  /** `floor`: the fewest requests of the bare client that are safe. */
  role: 'ours' | 'peer' | 'floor'
  /** Why it cannot run here: the program that is not installed, and how to install it. */
  missing?(): Promise<string | undefined>
  /** Starts a process; it is ready to campaign when this resolves. */
  start(place: Place): Promise<Candidate>
}

/**
 * One process that stands in an election. Times are milliseconds of the monotonic clock, which all processes of a host
 * share (Linux: CLOCK_MONOTONIC), taken in the process itself wherever it has a clock to ask.
 */
export interface Candidate {
  readonly pid: number
  /** Stands in the line: resolves when it is behind somebody, or elected. */
  campaign(): Promise<void>
  /** Asks it to give up its leadership, or its place; resolves with the time just before it tells the store. */
  resign(): Promise<number>
  /** When it was elected for the last time; waits for it. */
  elected(): Promise<number>
  /** When it noticed that it leads no more, for the last time; waits for it, at most so long. */
  lost(patienceMs: number): Promise<number | undefined>
  /**
   * What it found when it first looked at its own state after it stood still: whether it says that it leads, and when
   * it looked. `undefined`: it has no state that could be asked.
   */
  awoke?(): Promise<{ atMs: number; leads: boolean }>
  /** SIGSTOP and SIGCONT; the time of the signal. */
  stop(): number
  continue(): number
  /** SIGKILL; the time of the signal. Resolves when it is gone. */
  kill(): Promise<number>
}
