const EVENTS = ['unhandledRejection', 'uncaughtException'] as const

/** Collects the rejections that nobody handles, in place of the test runner, until it is stopped. */
export class UnhandledRejections {
  readonly seen: unknown[] = []
  readonly #collect = (error: unknown) => void this.seen.push(error)
  // With --unhandled-rejections=strict they come as exceptions. A runner that heard of them would end the whole run.
  readonly #others = EVENTS.map((event) => ({ event, listeners: process.rawListeners(event) }))

  constructor() {
    for (const { event } of this.#others) {
      process.removeAllListeners(event)
      process.on(event, this.#collect)
    }
  }

  stop(): void {
    for (const { event, listeners } of this.#others) {
      process.off(event, this.#collect)
      for (const listener of listeners) process.on(event, listener as () => void)
    }
  }
}
