/** An option every asynchronous method takes: abort it to stop waiting. */
export interface Cancellable {
  /**
   * Means "I stopped waiting", never "undo it". Already aborted: rejects before any I/O. Aborted later: rejects with
   * `signal.reason`, untouched; a write that was already sent may still take effect.
   */
  signal?: AbortSignal | undefined
}

/** A key as the store holds it at one moment. A plain value: it is not updated. */
export interface Entry {
  /** The whole key within the store's namespace: segments of `[A-Za-z0-9_.-]` joined by `/`. */
  readonly key: string
  readonly value: Uint8Array
  /** Where in the store's single write history the entry was born. Orders entries by age; the fencing token. */
  readonly createRevision: bigint
  /** Where in that history the entry was last written; equals `createRevision` until the first `put`. */
  readonly modRevision: bigint
  /** The id of the session that owns the entry and takes it along when it ends; `undefined`: nobody's, it stays. */
  readonly session: string | undefined
}
