import type { Clock } from '../src/index.js'

interface Timer {
  dueMs: number
  callback: () => void
}

/** Lets everything run that needs no time: promises, then whatever they put on the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Time that a test owns: it stands still until told to go on. */
export class VirtualClock implements Clock {
  #nowMs = 1_000_000
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#nowMs
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    if (Number.isNaN(delayMs)) throw new RangeError('a timer of NaN milliseconds')
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers are armed. */
  get timers(): number {
    return this.#timers.size
  }

  /** Goes on, firing timers in order of their time, each with everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const targetMs = this.#nowMs + ms
    await settle()
    for (let next = this.#next(targetMs); next; next = this.#next(targetMs)) {
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.callback()
      await settle()
    }
    this.#nowMs = targetMs
  }

  /** A stall: the time is over, and no timer has fired yet. They fire at the next `advance`. */
  jump(ms: number): void {
    this.#nowMs += ms
  }

  /** Goes on until the condition holds; fails after `limitMs`. Returns how long it took. */
  async until(condition: () => boolean, limitMs = 120_000, what = condition.toString()): Promise<number> {
    const startedMs = this.#nowMs
    await settle()
    while (!condition()) {
      const next = this.#next(startedMs + limitMs)
      if (!next) throw new Error(`not within ${limitMs} ms of virtual time: ${what}`)
      await this.advance(Math.max(0, next.dueMs - this.#nowMs))
    }
    return this.#nowMs - startedMs
  }

  #next(limitMs: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueMs <= limitMs && (!first || timer.dueMs < first.dueMs)) first = timer
    }
    return first
  }
}
