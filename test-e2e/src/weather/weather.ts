import type { HistoryRecord } from '@eldest/simulator'
import type { Seed } from '../seed.js'
import { monotonicMs, pause } from '../waiting.js'
import type { Fault } from './faults.js'

/** The faults that go on, of each scope one at a time, and what has been. */
export class Weather {
  /** How often each kind has struck. */
  readonly faults = new Map<string, number>()
  readonly #ttlMs: number
  readonly #seed: Seed
  readonly #history: HistoryRecord[]
  readonly #busy = new Map<string, Promise<void>>()
  readonly #failures: unknown[] = []

  constructor(ttlMs: number, seed: Seed, history: HistoryRecord[]) {
    this.#ttlMs = ttlMs
    this.#seed = seed
    this.#history = history
  }

  get count(): number {
    return [...this.faults.values()].reduce((a, b) => a + b, 0)
  }

  isBusy(scope: string): boolean {
    return this.#busy.has(scope)
  }

  /** Begins a fault, and ends it after its time, unless its scope suffers already. */
  strike(fault: Fault): void {
    const [least, most] = fault.lastsTtls
    const lastsMs = this.#seed.between(least, most) * this.#ttlMs
    if (this.isBusy(fault.scope)) return
    const over = this.#suffer(fault, lastsMs)
      .catch((error: unknown) => void this.#failures.push(error))
      .finally(() => this.#busy.delete(fault.scope))
    this.#busy.set(fault.scope, over)
  }

  /** Resolves when nothing goes on any more. Rejects if a fault could not be undone. */
  async calm(): Promise<void> {
    await Promise.all(this.#busy.values())
    if (this.#failures.length > 0) throw this.#failures.pop()
  }

  /** Into the history: something begins or ends that disturbs. */
  tell(process: string, what: string): void {
    this.#history.push({ atMs: monotonicMs(), process, event: 'disturbed', what })
  }

  async #suffer({ kind, scope, begin, end }: Fault, lastsMs: number): Promise<void> {
    this.#add(kind)
    this.tell(scope, kind)
    try {
      await begin()
      await pause(lastsMs)
    } catch (error) {
      // A server in trouble need not take an operator's command.
      this.#add(`${kind}: not carried out`)
      this.tell(scope, String(error))
    } finally {
      await end()
      this.tell(scope, `${kind}: over`)
    }
  }

  #add(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1)
  }
}
