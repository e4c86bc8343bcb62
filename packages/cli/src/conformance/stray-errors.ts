const EVENTS = ['unhandledRejection', 'uncaughtException'] as const

/** Errors that nobody handled: of a store that is broken, which must not end the command. */
export class StrayErrors {
  #seen: unknown[] = []

  constructor() {
    for (const event of EVENTS) process.on(event, (error: unknown) => this.#seen.push(error))
  }

  /** Those since the last call. */
  take(): unknown[] {
    const seen = this.#seen
    this.#seen = []
    return seen
  }
}
