import { abortable } from './abort.js'
import { backoffMs } from './backoff.js'
import type { Clock } from './clock.js'
import { sleep } from './deadline.js'
import { ConsensusError, isConsensusError } from './error.js'
import type { KeptSession } from './kept-session.js'
import type { Session } from './session.js'
import { type StateSink, stateIterable } from './state-stream.js'

/** How a store follows one state. */
export interface Watching<T> {
  signal?: AbortSignal | undefined
  /** Whether nothing has changed between two states. */
  same: (a: T, b: T) => boolean
  /**
   * One run of watching: shows the present state and each later one, read linearizably and in order, until it fails or
   * the signal aborts. It is run again after a pause, unless it failed with `STORE_CLOSED`, `ACCESS_DENIED` or what is
   * no `ConsensusError`.
   */
  feed: (signal: AbortSignal, show: (state: T) => void) => Promise<void>
}

/** The pauses between runs of a feed that does not get as far as showing a state, in milliseconds. */
const PAUSE = { firstMs: 50, maxMs: 2000 }

/** What a store has open, and the end of all of it: its sessions and its watches. */
export class StoreLife {
  readonly #clock: Clock
  readonly #sessions = new Set<KeptSession>()
  readonly #sinks = new Set<StateSink<never>>()
  readonly #opening = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** Throws `STORE_CLOSED` once `close` was called. */
  assertOpen(): void {
    if (this.#closing) throw closedError()
  }

  /** Opens a session and keeps it until it ends. One that is granted after the abort, or the close, is ended again. */
  async openSession(signal: AbortSignal | undefined, grant: () => Promise<KeptSession>): Promise<Session> {
    signal?.throwIfAborted()
    this.assertOpen()
    const granted = grant().then(async (session) => {
      if (!this.#closing) return this.#keep(session)
      await session.closeWith(closedError()).catch(() => undefined) // it runs out by itself
      throw closedError()
    })
    this.#opening.add(granted)
    const settled = () => this.#opening.delete(granted)
    granted.then(settled, settled)
    return abortable(granted, signal, (session) => {
      session.close().catch(() => undefined) // it runs out by itself
    })
  }

  /** Follows a state through every failure that waiting can mend. */
  watch<T>({ signal, same, feed }: Watching<T>): AsyncIterable<T> {
    return stateIterable<T>((sink) => {
      const stopped = new AbortController()
      if (this.#closing) sink.fail(closedError())
      else this.#follow(sink, stopped.signal, same, feed)
      this.#sinks.add(sink)
      return () => {
        this.#sinks.delete(sink)
        stopped.abort(new ConsensusError('STORE_CLOSED', 'nobody watches any more'))
      }
    }, signal)
  }

  /** Ends every watch, then every session, each within its TTL, then calls `release`. Idempotent. */
  close(release: () => Promise<void> | void): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.resolve() // so that #closing is set before anybody is told
      for (const sink of [...this.#sinks]) sink.fail(closedError())
      await Promise.allSettled([...this.#sessions].map((session) => session.closeWith(closedError())))
      await Promise.allSettled(this.#opening)
      await release()
    })()
    return this.#closing
  }

  #keep(session: KeptSession): KeptSession {
    this.#sessions.add(session)
    const forget = () => this.#sessions.delete(session)
    const onEnded = () => {
      // `ended` fires as the first step of a closing, which needs the client to its last.
      queueMicrotask(() => {
        if (session.closing) session.closing.then(forget, forget)
        else forget()
      })
    }
    session.ended.addEventListener('abort', onEnded, { once: true })
    return session
  }

  #follow<T>(sink: StateSink<T>, signal: AbortSignal, same: Watching<T>['same'], feed: Watching<T>['feed']): void {
    let last: { state: T } | undefined
    let failures = 0
    const show = (state: T) => {
      failures = 0
      if (signal.aborted || (last && same(last.state, state))) return
      last = { state }
      sink.push(state)
    }
    const run = async () => {
      while (!signal.aborted) {
        try {
          await feed(signal, show)
        } catch (error) {
          if (!isConsensusError(error) || error.code === 'STORE_CLOSED' || error.code === 'ACCESS_DENIED') throw error
        }
        await sleep(this.#clock, backoffMs(failures++, PAUSE), signal)
      }
    }
    run().catch((error: unknown) => {
      if (!signal.aborted) sink.fail(error as Error)
    })
  }
}

function closedError(): ConsensusError {
  return new ConsensusError('STORE_CLOSED', 'the store is closed')
}
