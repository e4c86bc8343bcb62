import type { ConsensusStore } from '@eldest/core'
import type { HistoryRecord } from '@eldest/simulator'
import { monotonicMs } from '../waiting.js'

/** Watches the key that leaders write, guarded by their leadership, with their token; the history is told of each other one. */
export class GuardedWrites {
  /** How often the key changed. */
  seen = 0
  readonly #key: string
  readonly #history: HistoryRecord[]
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>

  constructor(store: ConsensusStore, key: string, history: HistoryRecord[]) {
    this.#key = key
    this.#history = history
    this.#ended = this.#follow(store)
    this.#ended.catch(() => undefined) // told by close()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  async #follow(store: ConsensusStore): Promise<void> {
    const { signal } = this.#stop
    let last: bigint | undefined
    try {
      for await (const entry of store.watch(this.#key, { signal })) {
        if (!entry) continue
        const token = BigInt(Buffer.from(entry.value).toString())
        this.seen++
        if (token !== last) this.#history.push({ atMs: monotonicMs(), process: this.#key, event: 'accepted', token })
        last = token
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
