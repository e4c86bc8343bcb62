/** The bare requests of a store's client: the fewest that are safe, with nothing of ours around them. */
export interface Floor {
  /** Creates a key under a session and learns its place in the order of creation. */
  createOrdered(name: string, value: Uint8Array): Promise<void>
  /** Reads linearizably the key created last. */
  get(): Promise<void>
  /** Writes that key, on condition that it lives. */
  guardedPut(value: Uint8Array): Promise<void>
  /** Reads linearizably, with values and in the order of creation, all keys created with a name that begins `list/`. */
  list(): Promise<number>
  /** Writes the key that is watched, created where there is none. */
  put(value: Uint8Array): Promise<void>
  /** Follows that key from a client of its own: tells its present value, and each later one. */
  watch(see: (value: Uint8Array) => void): Promise<void>
  /** Ends the session, hence its keys, and the client. */
  close(): Promise<void>
}
