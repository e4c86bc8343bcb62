import type { Clock } from '@eldest/core'
import type { Happening } from './timeline.js'
import type { World } from './world.js'

/** What reaches a process: its own timers, or the network. */
type Source = 'timer' | 'network'

/** Since when the wall clocks count. */
const EPOCH_MS = Date.UTC(2026, 0, 1)

/** How long after its time a timer fires at most: Node's are up to 1 ms late, and other work comes before. */
const TIMER_LATENESS_MS = 1.5

/**
 * One start of a program: its clock, and whether anything of it runs. After a crash nothing of it ever does again; a
 * restart is another process.
 */
export class SimulatedProcess {
  readonly name: string
  readonly clock: Clock
  /** How many milliseconds of its clock pass in one of the world. */
  readonly rate: number
  /** Fires when the program is told to end. */
  readonly stop = new AbortController()
  readonly #world: World
  readonly #offsetMs: number
  readonly #backlog: { source: Source; work: () => void }[] = []
  #wallLeadMs = 0
  #alive = true
  #paused = false

  constructor(world: World, name: string, rate = 1) {
    this.#world = world
    this.name = name
    this.rate = rate
    this.#offsetMs = world.random.between(0, 1e6)
    this.clock = {
      now: () => this.#monotonicMs(),
      setTimeout: (callback, delayMs) => this.#setTimeout(callback, delayMs),
    }
  }

  get alive(): boolean {
    return this.#alive
  }

  get paused(): boolean {
    return this.#paused
  }

  wallMs(): number {
    return Math.floor(EPOCH_MS + this.#world.nowMs * this.rate + this.#wallLeadMs)
  }

  /** Sets the wall clock forward, or back. */
  jumpWall(ms: number): void {
    this.#wallLeadMs += ms
  }

  /** Runs work of the program now, or when it goes on. */
  enter(source: Source, work: () => void): void {
    if (!this.#alive) return
    if (this.#paused) {
      this.#backlog.push({ source, work })
      return
    }
    this.#world.running = this
    work()
  }

  /** The program stands still: nothing of it runs, its time goes on. */
  pause(): void {
    this.#paused = true
  }

  /** It goes on: all that fell due runs at once, in its order, or the timers `first` or `last` of all. */
  resume(timers: 'first' | 'last' | 'in order'): void {
    if (!this.#paused) return
    this.#paused = false
    const backlog = this.#backlog.splice(0)
    if (timers !== 'in order') {
      const early = timers === 'first' ? 'timer' : 'network'
      backlog.sort((a, b) => Number(b.source === early) - Number(a.source === early))
    }
    for (const [i, { source, work }] of backlog.entries()) {
      this.#world.later(0, () => this.enter(source, work), i - backlog.length)
    }
  }

  crash(): void {
    this.#alive = false
    this.#backlog.length = 0
  }

  #monotonicMs(): number {
    return this.#offsetMs + this.#world.nowMs * this.rate
  }

  #setTimeout(callback: () => void, delayMs: number): () => void {
    if (Number.isNaN(delayMs)) throw new RangeError('a timer of NaN milliseconds')
    let cancelled = false
    const lateMs = this.#world.random.between(0.01, TIMER_LATENESS_MS)
    const work = () => {
      if (!cancelled) callback()
    }
    const due: Happening = this.#world.later(Math.max(0, delayMs) / this.rate + lateMs, () => this.enter('timer', work))
    return () => {
      cancelled = true // also in the backlog
      due.cancelled = true
    }
  }
}
