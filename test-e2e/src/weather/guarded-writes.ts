import type { ConsensusStore } from '@eldest/core'

/** Watches the key that leaders write, guarded by their leadership, with their token. */
export class GuardedWrites {
  /** How often the key changed. */
  seen = 0
  /** The tokens that came after a higher one: writes of leaders that had been deposed. */
  readonly backwards: bigint[] = []
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>
  #highest = 0n

  constructor(store: ConsensusStore, key: string) {
    this.#ended = this.#follow(store, key)
    this.#ended.catch(() => undefined) // told by close()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #follow(store: ConsensusStore, key: string): Promise<void> {
    const { signal } = this.#stop
    try {
      for await (const entry of store.watch(key, { signal })) {
        if (!entry) continue
        const token = BigInt(Buffer.from(entry.value).toString())
        this.seen++
        if (token < this.#highest) this.backwards.push(token)
        else this.#highest = token
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
