import type { Connection } from './harness.js'

/** One guarantee of the contract, executed. */
export interface Case {
  /** A sentence of the contract; unique. */
  readonly name: string
  /** Looks at the whole process, or stops its event loop: no other case may run meanwhile. */
  readonly alone?: true
  /** Rejects where the store breaks the guarantee. */
  run(context: CaseContext): Promise<void>
}

/** What a case works with. */
export interface CaseContext {
  /** The TTL of a session that the case lets run out. */
  readonly ttlMs: number
  /** The TTL of a session that must live on, however slow the machine is. */
  readonly steadyTtlMs: number
  /** How long to wait for what must happen soon. */
  readonly patienceMs: number
  /** Fresh: nothing lies beneath it. */
  readonly prefix: string
  /** A client of its own, closed when the case is over. */
  readonly connect: () => Promise<Connection>
  /** Ends a session behind its owner's back. */
  readonly endSession: (id: string) => Promise<void>
}
