import { Random } from '../random.js'
import { seal } from './seal.js'
import type { SimulatedProcess } from './simulated-process.js'
import { type Happening, Timeline } from './timeline.js'

/**
 * Virtual time. Every timer and every message is something that happens at its moment, one after the other, in an
 * order that the seed decides; whatever promises follow from it have settled before the next one happens.
 */
export class World {
  /** Decides the weather: latencies, fates of messages, ties. */
  readonly random: Random
  /** The process whose code runs now. */
  running: SimulatedProcess | undefined
  /** How much has happened. */
  happened = 0
  readonly #timeline = new Timeline()
  readonly #chance: Random
  #nowMs = 0

  constructor(seed: number) {
    this.random = new Random(seed).fork(1)
    this.#chance = new Random(seed).fork(2)
  }

  /** Milliseconds since the beginning, by a perfect clock that no process has. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Lets something happen after a delay. `order`: before or after what happens at the same moment. */
  later(delayMs: number, happen: () => void, order = this.random.next()): Happening {
    const happening = { atMs: this.#nowMs + Math.max(0, delayMs), order, happen, cancelled: false }
    this.#timeline.add(happening)
    return happening
  }

  /** Lets that much time pass, and all happen that falls due in it. `until`: stops early, as soon as it holds. */
  async run(durationMs: number, until: () => boolean = () => false): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    const unseal = seal({ random: this.#chance, wallMs: () => this.running?.wallMs() ?? this.#nowMs })
    try {
      await settled()
      while (!until()) {
        const next = this.#timeline.next(untilMs)
        if (!next) break
        this.#nowMs = next.atMs
        this.happened++
        next.happen()
        if (this.running) await settled()
        this.running = undefined
      }
      if (!until()) this.#nowMs = untilMs
    } finally {
      unseal()
    }
  }
}

/**
 * Resolves when every promise has settled that can without time. Node runs what `nextTick` was given only when no
 * microtask is left, whatever their number, and does not turn its event loop for it, where timers and I/O of the
 * machine are waiting.
 */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
