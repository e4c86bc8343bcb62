/** A store's server as a contender is to reach it; through a proxy, where the network is to fail. */
export interface Server {
  host: string
  port: number
}

export type BenchStore = 'etcd' | 'consul' | 'zookeeper' | 'redis' | 'local'

/** Where a candidate stands. */
export interface Place {
  /** `host:port`, or the file of a local store. */
  address: string
  /** The election: letters and digits, never used before. */
  election: string
  id: string
  ttlMs: number
}

/** What is measured. */
export interface Contender {
  /** As a reader knows it. */
  name: string
  store: BenchStore
  /** `floor`: the fewest requests of the bare client that are safe. */
  role: 'ours' | 'peer' | 'floor'
  /** A TTL that cannot be changed, in milliseconds. */
  ownTtlMs?: number
  /** The share of rounds that it takes part in, where one takes long: it starts a process for each, or waits. */
  share?: number
  /** Where its candidates' keys are, for whoever watches the server. */
  keys(election: string): string
  /** Why it cannot run here: the program that is not installed, and how to install it. */
  missing?(): Promise<string | undefined>
  /** Starts a process; it is ready to campaign when this resolves. */
  start(place: Place): Promise<Candidate>
}

/**
 * One process that stands in an election. Times are milliseconds of the monotonic clock, which all processes of a host
 * share (Linux: CLOCK_MONOTONIC), taken in the process itself wherever it has a clock to ask. Every wait rejects when
 * the process has ended.
 */
export interface Candidate {
  readonly id: string
  /** Stands in the line: resolves when it is behind somebody, or elected. */
  campaign(): Promise<void>
  /** Asks it to give up its leadership; resolves with the time just before it tells the store. */
  resign(): Promise<number>
  /** When it was elected since it was last told to campaign; waits for it. */
  elected(): Promise<number>
  /** Waits until it has resigned and could campaign again. */
  resigned(): Promise<void>
  /** When it noticed that it leads no more; waits for it, at most so long. */
  lost(patienceMs: number): Promise<number | undefined>
  /**
   * What it found when it first looked at its own state after it stood still: whether it says that it leads, and when
   * it looked. `undefined`: it has no state that could be asked.
   */
  awoke(): Promise<{ atMs: number; leads: boolean } | undefined>
  /** SIGSTOP and SIGCONT; the time of the signal. */
  stop(): number
  continue(): number
  /** SIGKILL; the time of the signal. */
  kill(): number
  /** Ends it in whatever way; resolves when it is gone. */
  end(): Promise<void>
}
