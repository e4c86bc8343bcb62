import { setMaxListeners } from 'node:events'
import { backoffMs } from './backoff.js'
import type { Clock } from './clock.js'
import { withDeadline } from './deadline.js'
import { ConsensusError, isConsensusError } from './error.js'

/**
 * The share of a TTL by which this clock may run slower than the store's without harm: 1 %, some hundred times what
 * a quartz that NTP disciplines drifts (500 ppm is the most that adjtime corrects).
 */
export const DRIFT_MARGIN = 0.01
/** Two steps of /proc/uptime, by which `Clock.now` may be late after a suspend. */
export const CLOCK_STEP_MS = 20

/** How a session is kept. Every default suits a store whose every acknowledged renewal counts from its sending. */
export interface RenewalOptions {
  clock: Clock
  /** The session's name in messages. */
  id: string
  /** As granted, in milliseconds. */
  ttlMs: number
  /** The moment, on the clock, from which the store provably keeps the session for one TTL: when it was requested. */
  heldSinceMs: number
  /** Between renewals. Default: a third of the TTL. */
  intervalMs?: number
  /** The longest time one attempt may take. Default: a sixth of the TTL, so that two fit before anybody is in doubt. */
  attemptMs?: number
  /** Taken off the local deadline. Default: {@link DRIFT_MARGIN} of the TTL and {@link CLOCK_STEP_MS}. */
  marginMs?: number
  /**
   * Renews once and resolves to the moment from which the store now provably keeps the session for one TTL (usually
   * when the request was sent). Rejects with `SESSION_LOST` when the store says that it is gone; any other error is
   * tried again.
   */
  renew(signal: AbortSignal): Promise<number>
}

/**
 * Keeps a session renewed and knows its local deadline: what every adapter's session is built around.
 *
 * Guarantees: `ended` fires exactly once, at the local deadline at the latest (when the event loop runs);
 * `remainingMs` is true at every call, also after a stall; no timer is left after the end.
 */
export class Renewal {
  readonly #options: Required<RenewalOptions>
  readonly #ended = new AbortController()
  readonly #stopped = new AbortController()
  #deadlineMs: number
  #cancelDeadline: () => void = () => {}
  #cancelNext: () => void = () => {}
  #failures = 0
  #lastFailure: unknown

  constructor(options: RenewalOptions) {
    const { ttlMs } = options
    this.#options = {
      intervalMs: ttlMs / 3,
      attemptMs: ttlMs / 6,
      marginMs: ttlMs * DRIFT_MARGIN + CLOCK_STEP_MS,
      ...options,
    }
    setMaxListeners(0, this.#ended.signal) // every candidacy of a shared session listens
    this.#deadlineMs = options.heldSinceMs + ttlMs - this.#options.marginMs
    this.#armDeadline()
    this.#scheduleNext(options.heldSinceMs + this.#options.intervalMs - options.clock.now())
  }

  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /** Milliseconds until the local deadline, 0 once ended. Finding the deadline passed ends the session there. */
  remainingMs(): number {
    if (this.#ended.signal.aborted) return 0
    const remaining = this.#deadlineMs - this.#options.clock.now()
    if (remaining > 0) return remaining
    this.end(this.#expired())
    return 0
  }

  /** Ends the session for its holder: no renewal after this. Idempotent; the first reason stays. */
  end(reason: ConsensusError): void {
    if (this.#ended.signal.aborted) return
    this.#cancelDeadline()
    this.#cancelNext()
    this.#ended.abort(reason)
    this.#stopped.abort(reason)
  }

  #expired(): ConsensusError {
    const { id, ttlMs } = this.#options
    const why = this.#lastFailure ? 'renewals failed' : 'the process or the machine stood still'
    return new ConsensusError('SESSION_LOST', `session ${id} was not renewed within its TTL of ${ttlMs} ms: ${why}`, {
      cause: this.#lastFailure,
    })
  }

  #armDeadline(): void {
    this.#cancelDeadline()
    this.#cancelDeadline = this.#options.clock.setTimeout(() => {
      if (this.remainingMs() > 0) this.#armDeadline()
    }, this.#deadlineMs - this.#options.clock.now())
  }

  #scheduleNext(delayMs: number): void {
    this.#cancelNext = this.#options.clock.setTimeout(() => this.#attempt(), Math.max(0, delayMs))
  }

  #attempt(): void {
    const { clock, id, attemptMs, intervalMs, renew } = this.#options
    if (this.remainingMs() === 0) return
    const startedMs = clock.now()
    const onTimeout = () =>
      new ConsensusError(
        'OUTCOME_UNKNOWN',
        `renewal of session ${id} was not answered within ${Math.round(attemptMs)} ms`,
      )
    const renewAndExtend = async (signal: AbortSignal) => this.#extend(await renew(signal))
    withDeadline({ clock, timeoutMs: attemptMs, signal: this.#stopped.signal, onTimeout }, renewAndExtend).then(
      () => {
        this.#failures = 0
        this.#lastFailure = undefined
        if (!this.ended.aborted) this.#scheduleNext(startedMs + intervalMs - clock.now())
      },
      (error: unknown) => this.#failed(error),
    )
  }

  /** Also called by an answer that came after its attempt's time was over: it proves just as much. */
  #extend(heldSinceMs: number): void {
    if (this.remainingMs() === 0) return
    const deadlineMs = heldSinceMs + this.#options.ttlMs - this.#options.marginMs
    if (deadlineMs <= this.#deadlineMs) return
    this.#deadlineMs = deadlineMs
    this.#armDeadline()
  }

  #failed(error: unknown): void {
    if (this.ended.aborted) return
    if (isConsensusError(error, 'SESSION_LOST', 'SESSION_CLOSED', 'STORE_CLOSED')) {
      this.end(error)
      return
    }
    this.#lastFailure = error
    const { ttlMs } = this.#options
    this.#scheduleNext(backoffMs(this.#failures++, { firstMs: ttlMs / 60, maxMs: ttlMs / 12 }))
  }
}
