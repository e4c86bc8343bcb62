import type { Clock } from '../src/index.js'

/** The clock of one process that can be stopped: its timers wait, time itself does not. */
export class ProcessClock implements Clock {
  readonly #clock: Clock
  #waiting: (() => void)[] | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    let cancelled = false
    const fire = () => {
      if (cancelled) return
      if (this.#waiting) this.#waiting.push(fire)
      else callback()
    }
    const cancel = this.#clock.setTimeout(fire, delayMs)
    return () => {
      cancelled = true
      cancel()
    }
  }

  pause(): void {
    this.#waiting = []
  }

  resume(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const fire of waiting) fire()
  }
}
