/** The bare requests of a store's client: the fewest that are safe, with nothing of ours around them. */
export interface Floor {
  /** Creates a key under a session and learns its place in the order of creation. */
  createOrdered(name: string, value: Uint8Array): Promise<Owned>
  /** Reads linearizably, with values and in the order of creation, the keys whose names begin with `list/`: how many. */
  list(): Promise<number>
  /** Ends the session, hence its keys, and the clients. */
  close(): Promise<void>
}

/** A key that was created so. */
export interface Owned {
  /** Reads it linearizably. */
  get(): Promise<void>
  /** Writes it, on condition that it lives. */
  put(value: Uint8Array): Promise<void>
  /** Follows it from a client of its own: tells its present value, and each later one. */
  watch(see: (value: Uint8Array) => void): Promise<void>
}
