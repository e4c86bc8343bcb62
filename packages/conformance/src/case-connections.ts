import assert from 'node:assert/strict'
import type { Connection, Harness } from './harness.js'
import { within } from './patience.js'
import { RecordedStore } from './recorded-store.js'

/** The connections of one case, and the end of all of them. */
export class CaseConnections {
  readonly #harness: Harness
  readonly #prefix: string
  readonly #limitMs: number
  readonly #connections: Connection[] = []
  readonly #put = new Set<string>()
  readonly #writing = new Set<Promise<unknown>>()
  #over = false

  /** `limitMs`: how long a client may take to close. */
  constructor(harness: Harness, { prefix, limitMs }: { prefix: string; limitMs: number }) {
    this.#harness = harness
    this.#prefix = prefix
    this.#limitMs = limitMs
  }

  async connect(): Promise<Connection> {
    this.#assertUnderWay()
    const connection = await this.#harness.connect()
    this.#connections.push(connection)
    try {
      this.#assertUnderWay()
    } catch (error) {
      await this.#close(connection)
      throw error
    }
    return {
      store: new RecordedStore(connection.store, (key, outcome) => {
        if (!isBeneath(key, this.#prefix)) return
        this.#put.add(key)
        this.#writing.add(outcome)
        const settled = () => this.#writing.delete(outcome)
        outcome.then(settled, settled)
      }),
      cut: () => connection.cut(),
      heal: () => connection.heal(),
      loseNextAnswer: () => connection.loseNextAnswer(),
    }
  }

  /** Closes every client, frees what stood between, and removes what was put beneath the prefix. */
  async close(): Promise<void> {
    this.#over = true
    // Not awaited one by one: the sessions of several connections may all have to run out.
    await Promise.allSettled(this.#connections.map((connection) => this.#close(connection)))
    if (this.#put.size === 0) return
    // A write that was under way at the close may take effect after it.
    await within('writes have settled', this.#limitMs, Promise.allSettled(this.#writing)).catch(() => undefined)
    await within('what was put is removed', this.#limitMs, this.#remove()).catch(() => undefined)
  }

  /** A case that was given up goes on until its next step fails. */
  #assertUnderWay(): void {
    assert.ok(!this.#over, 'the case is over')
  }

  async #remove(): Promise<void> {
    const connection = await this.#harness.connect()
    try {
      await Promise.allSettled([...this.#put].map((key) => connection.store.delete(key)))
    } finally {
      await this.#close(connection)
    }
  }

  async #close(connection: Connection): Promise<void> {
    try {
      await connection.heal()
      await within('the store closes', this.#limitMs, connection.store.close())
    } finally {
      await connection.dispose?.()
    }
  }
}

/** Cases of misuse put what is no key. */
function isBeneath(key: unknown, prefix: string): boolean {
  return typeof key === 'string' && key.startsWith(`${prefix}/`)
}
