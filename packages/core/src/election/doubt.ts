import type { Clock } from '../clock.js'
import type { Session } from '../session.js'

/** How near the local deadline may come before a leader is told to stop, in milliseconds: a third of the TTL. */
export function stepDownMs(session: Session): number {
  return session.ttlMs / 3
}

/** One timer a session, however many lead on it: ten thousand of them would cost more than all else that they do. */
class Doubt {
  readonly #clock: Clock
  readonly #session: Session
  readonly #callbacks = new Set<() => void>()
  #cancelTimer: () => void = () => {}

  constructor(clock: Clock, session: Session) {
    this.#clock = clock
    this.#session = session
  }

  add(callback: () => void): () => void {
    this.#callbacks.add(callback)
    if (this.#callbacks.size === 1 || this.#certainMs() <= 0) this.#look()
    return () => {
      this.#callbacks.delete(callback)
      if (this.#callbacks.size === 0) this.#cancelTimer()
    }
  }

  /** A renewal moves the deadline: the timer only says when to look again. */
  #look(): void {
    const certainMs = this.#certainMs()
    if (certainMs > 0) {
      this.#cancelTimer = this.#clock.setTimeout(() => this.#look(), certainMs)
      return
    }
    const called = [...this.#callbacks]
    this.#callbacks.clear()
    for (const callback of called) callback()
  }

  #certainMs(): number {
    return this.#session.remainingMs() - stepDownMs(this.#session)
  }
}

const doubts = new WeakMap<Session, Doubt>()

/**
 * Calls back once, when no more than `stepDownMs` is left until the session's local deadline; at once if that is so
 * already. Returns the removal of the listener.
 */
export function onDoubt(clock: Clock, session: Session, callback: () => void): () => void {
  const doubt = doubts.get(session) ?? new Doubt(clock, session)
  doubts.set(session, doubt)
  return doubt.add(callback)
}
