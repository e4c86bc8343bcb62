import { backoffMs } from './backoff.js'
import type { Clock } from './clock.js'
import { sleep, withDeadline } from './deadline.js'
import type { Cancellable } from './entry.js'
import { ConsensusError, isConsensusError } from './error.js'

/** What {@link Requests} is made of. */
export interface RequestsOptions<H> {
  clock: Clock
  /** One client for each server, in the order of preference; at least one. */
  hosts: readonly H[]
  /** Longest time in milliseconds until a request settles, all its attempts together. */
  requestTimeoutMs: number
}

/** Sends one attempt to a server. Rejects with a `ConsensusError` that says whether a write may have happened. */
export type Send<H, T> = (host: H, signal: AbortSignal) => Promise<T>

/** How far the attempts of one request have got. */
interface Progress<H> {
  /** Who is being asked; `undefined` between attempts. */
  host: H | undefined
  /** The last failure in the client's own words. */
  failure: ConsensusError | undefined
}

/** The pauses between rounds over all hosts, in milliseconds. */
const PAUSE = { firstMs: 20, maxMs: 500 }

/**
 * A store's requests: each within a deadline, to whichever of its servers answers. The server that answered last is
 * asked first; one that is gone or silent is put behind the others.
 */
export class Requests<H> {
  readonly #clock: Clock
  readonly #hosts: H[]
  readonly #requestTimeoutMs: number

  constructor({ clock, hosts, requestTimeoutMs }: RequestsOptions<H>) {
    this.#clock = clock
    this.#hosts = [...hosts]
    this.#requestTimeoutMs = requestTimeoutMs
  }

  /** The server to ask first. */
  get preferred(): H {
    return this.#hosts[0]!
  }

  /** Puts a server behind the others, because it does not answer. */
  avoid(host: H): void {
    const place = this.#hosts.indexOf(host)
    if (place !== 0) return // nobody prefers it any more
    this.#hosts.push(...this.#hosts.splice(0, 1))
  }

  /**
   * Sends a request that may take effect twice without harm: a read, or a write that settles a doubt by reading back.
   * Repeated, at another server if there is one, while the outcome is `UNAVAILABLE` or `OUTCOME_UNKNOWN`.
   */
  idempotent<T>(what: string, options: Cancellable, send: Send<H, T>): Promise<T> {
    // Two servers may hang and there is still time for a third; with a single one waiting longer is all there is.
    const attemptMs = this.#requestTimeoutMs / Math.min(this.#hosts.length, 3)
    const onTimeout = () => unanswered(what, attemptMs)
    const sendInTime: Send<H, T> = (host, signal) =>
      withDeadline({ clock: this.#clock, timeoutMs: attemptMs, signal, onTimeout }, (waiting) => send(host, waiting))
    return this.#within(what, options, this.#hosts.length === 1 ? send : sendInTime, true)
  }

  /** Sends a write; again only while it is `UNAVAILABLE`, hence was never sent. */
  once<T>(what: string, options: Cancellable, send: Send<H, T>): Promise<T> {
    return this.#within(what, options, send, false)
  }

  #within<T>(what: string, { signal }: Cancellable, send: Send<H, T>, idempotent: boolean): Promise<T> {
    const timeoutMs = this.#requestTimeoutMs
    const progress: Progress<H> = { host: undefined, failure: undefined }
    const onTimeout = () => unanswered(what, timeoutMs, progress.failure)
    // At a deadline, ours or the caller's, nobody waits for the attempt any more, which may ignore its signal.
    const onGiveUp = (reason: unknown) => void this.#blame(progress.host, reason)
    return withDeadline({ clock: this.#clock, timeoutMs, signal, onTimeout, onGiveUp }, (waiting) =>
      this.#repeat(waiting, progress, idempotent, send),
    )
  }

  async #repeat<T>(signal: AbortSignal, progress: Progress<H>, idempotent: boolean, send: Send<H, T>): Promise<T> {
    let failingSinceMs: number | undefined
    let doubt: ConsensusError | undefined
    for (let attempt = 1; ; attempt++) {
      const host = (progress.host = this.preferred)
      try {
        return await send(host, signal)
      } catch (error) {
        if (signal.aborted || !this.#blame(host, error)) throw error
        if (error.cause !== undefined) progress.failure = error
        // One attempt that may have written makes the whole outcome unknown, whatever the later ones say.
        if (doubt?.code !== 'OUTCOME_UNKNOWN') doubt = error
        if (!idempotent && doubt.code === 'OUTCOME_UNKNOWN') throw doubt
      } finally {
        progress.host = undefined
      }
      // Every server once without a pause, then a pause before each round.
      const round = Math.floor(attempt / this.#hosts.length)
      const pauseMs = attempt % this.#hosts.length === 0 ? backoffMs(round - 1, PAUSE) : 0
      // Reading the clock costs as much as sending a request: not before it is needed.
      const nowMs = this.#clock.now()
      failingSinceMs ??= nowMs
      if (nowMs + pauseMs - failingSinceMs >= this.#requestTimeoutMs) throw doubt
      await sleep(this.#clock, pauseMs, signal)
    }
  }

  /** Whether a server failed, rather than answered; it is then avoided. */
  #blame(host: H | undefined, error: unknown): error is ConsensusError {
    if (!isConsensusError(error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN')) return false
    if (host !== undefined) this.avoid(host)
    return true
  }
}

/** That time is up says less than what went wrong until then. `what`: as in "could not …". */
function unanswered(what: string, timeoutMs: number, failure?: ConsensusError): ConsensusError {
  const late = `no answer within ${Math.round(timeoutMs)} ms`
  if (!failure) return new ConsensusError('OUTCOME_UNKNOWN', `could not ${what}: ${late}`)
  return new ConsensusError('OUTCOME_UNKNOWN', `${failure.message}; ${late}`, { cause: failure.cause })
}
