import type { ConsensusStore } from '@eldest/core'

/** A store under test, with the means to do to it what a network and an operator do. */
export interface Harness {
  /** The store's name, for titles of tests. */
  readonly name: string
  /** The TTL of sessions that cases let run out, in milliseconds: as short as the store allows without haste. */
  readonly ttlMs: number
  /** How long a case waits for what must happen soon, in milliseconds. Default 5000. */
  readonly patienceMs?: number
  /** A client of its own of one and the same store. */
  connect(): Promise<Connection>
  /** Ends a session at the store, behind its owner's back. Its entries are gone when this resolves. */
  endSession(id: string): Promise<void>
  /** Frees what the harness holds. The suite has closed every connection by then. */
  dispose(): Promise<void>
}

/** One client of the store, and the faults of its connection. */
export interface Connection {
  readonly store: ConsensusStore
  /**
   * From when it has returned, no request reaches the store and no change of it is seen. Requests may fail or hang,
   * as the connection of a real client does.
   */
  cut(): Promise<void> | void
  /** Ends a cut; without one it does nothing. */
  heal(): Promise<void> | void
  /** The next write of this client takes effect at the store, but its answer is lost. */
  loseNextAnswer(): void
  /** Frees what stands between the client and the store. Called once, when the store has been closed. */
  dispose?(): Promise<void>
}

/**
 * What the module of a harness exports: an adapter's `@eldest/<scheme>/harness`, or a file of yours.
 *
 * Errors: `RangeError` for a URL that it cannot take.
 */
export interface HarnessModule {
  createHarness(url: string): Promise<Harness>
}
