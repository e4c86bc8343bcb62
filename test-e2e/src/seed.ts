/** Random numbers from a seed (mulberry32, T. Ettinger 2017), so that a run can be repeated. */
export class Seed {
  readonly value: number
  #state: number

  constructor(value = (Math.random() * 2 ** 32) >>> 0) {
    this.value = value
    this.#state = value
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!
  }
}
