/** The bare requests of a store's client: the fewest that are safe, with nothing of ours around them. */
export interface Floor {
  /** Creates a key under a session and learns its place in the order of creation. */
  createOrdered(name: string, value: Uint8Array): Promise<void>
  /** Reads linearizably the key created last. */
  get(): Promise<void>
  /** Writes that key, on condition that it lives. */
  guardedPut(value: Uint8Array): Promise<void>
  /** Ends the session, hence its keys, and the client. */
  close(): Promise<void>
}
