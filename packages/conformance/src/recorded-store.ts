import type { Cancellable, ConsensusStore, Entry, SessionOptions, WriteOptions } from '@eldest/core'

/** A store that remembers which keys were put, since those outlive every session. */
export class RecordedStore implements ConsensusStore {
  readonly #store: ConsensusStore
  readonly #onPut: (key: string, outcome: Promise<unknown>) => void

  constructor(store: ConsensusStore, onPut: (key: string, outcome: Promise<unknown>) => void) {
    this.#store = store
    this.#onPut = onPut
  }

  get capabilities() {
    return this.#store.capabilities
  }

  openSession(options: SessionOptions) {
    return this.#store.openSession(options)
  }

  get(key: string, options?: Cancellable) {
    return this.#store.get(key, options)
  }

  list(prefix: string, options?: Cancellable) {
    return this.#store.list(prefix, options)
  }

  predecessor(entry: Entry, options?: Cancellable) {
    return this.#store.predecessor(entry, options)
  }

  put(key: string, value: Uint8Array, options?: WriteOptions) {
    const outcome = this.#store.put(key, value, options)
    this.#onPut(key, outcome)
    return outcome
  }

  delete(key: string, options?: WriteOptions) {
    return this.#store.delete(key, options)
  }

  watch(key: string, options?: Cancellable) {
    return this.#store.watch(key, options)
  }

  watchPrefix(prefix: string, options?: Cancellable) {
    return this.#store.watchPrefix(prefix, options)
  }

  close() {
    return this.#store.close()
  }

  [Symbol.asyncDispose]() {
    return this.#store[Symbol.asyncDispose]()
  }
}
