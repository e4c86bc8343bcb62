import type { Cancellable, ConsensusStore } from './store.js'

/** What an adapter package exports as `adapter`. */
export interface Adapter {
  /** The URL schemes it serves, without the colon. */
  readonly schemes: readonly string[]
  /**
   * Opens a store. Errors: `RangeError` for a URL it cannot take, before any I/O, naming the part and the fix, never
   * a password; `ConsensusError` for what the store says.
   */
  connect(url: string, options: AdapterOptions): Promise<ConsensusStore>
  /**
   * The rights that elections in the URL's namespace need and no more, as an administrator would grant them: commands
   * or a policy file, with comments. No I/O. Absent: the store knows no rights of its own.
   */
  policy?(url: string): string
}

/** What `connect` hands on to an adapter. */
export type AdapterOptions = Cancellable
