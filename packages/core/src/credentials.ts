import type { Clock } from './clock.js'
import { ConsensusError, isConsensusError } from './error.js'

/** A value, or a function that is asked for it: for secrets that are rotated. */
export type Supplied<T> = T | (() => T | Promise<T>)

/** A function that keeps handing out what is refused is not asked more often than this, in milliseconds. */
const ASK_AGAIN_MS = 1000

/** A store's credentials, asked for again when the store refuses them. */
export class Credentials<T> {
  readonly #supplied: Supplied<T> | undefined
  readonly #clock: Clock
  #asked: Promise<T | undefined> | undefined
  #askedAgainMs = -Infinity

  constructor(supplied: Supplied<T> | undefined, clock: Clock) {
    this.#supplied = supplied
    this.#clock = clock
  }

  /**
   * Sends a request with the present credentials. Refused with `ACCESS_DENIED`, a function is asked again, and if it
   * has something new the request is sent once more: what was refused has not happened.
   *
   * Errors: `UNAVAILABLE` when the function fails.
   */
  async use<R>(send: (value: T | undefined) => Promise<R>): Promise<R> {
    const asked = (this.#asked ??= this.#ask())
    const value = await asked
    try {
      return await send(value)
    } catch (error) {
      if (!isConsensusError(error, 'ACCESS_DENIED')) throw error
      const newer = await this.#askAgain(asked)
      if (JSON.stringify(newer) === JSON.stringify(value)) throw error
      return send(newer)
    }
  }

  /** Requests that were refused together ask once. */
  #askAgain(refused: Promise<T | undefined>): Promise<T | undefined> {
    const askedSince = this.#asked !== undefined && this.#asked !== refused
    const tooSoon = this.#clock.now() - this.#askedAgainMs < ASK_AGAIN_MS
    if (typeof this.#supplied !== 'function' || askedSince || tooSoon) return this.#asked ?? refused
    this.#askedAgainMs = this.#clock.now()
    return (this.#asked = this.#ask())
  }

  async #ask(): Promise<T | undefined> {
    const supplied = this.#supplied
    try {
      return await (typeof supplied === 'function' ? (supplied as () => T | Promise<T>)() : supplied)
    } catch (error) {
      this.#asked = undefined // the next request asks anew
      throw new ConsensusError('UNAVAILABLE', 'the credentials could not be had', { cause: error })
    }
  }
}
