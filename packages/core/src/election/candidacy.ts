import { setMaxListeners } from 'node:events'
import { onAbort } from '../abort.js'
import type { Clock } from '../clock.js'
import { withDeadline } from '../deadline.js'
import { ConsensusError, type Ending, isConsensusError } from '../error.js'
import { retryTransient } from '../retry.js'
import type { Session } from '../session.js'
import type { Cancellable, Entry } from '../store.js'
import { onDoubt, stepDownMs } from './doubt.js'
import { type Standing, writeBid } from './election-options.js'

/**
 * One own bid, from the creation of its key to its end, whether it ever leads or not.
 *
 * `ended` fires once: when the key is gone or replaced, when an operator asks for it, when the session is lost, when
 * the owner resigns, and, while leading, when a third of the TTL is left until the local deadline.
 */
export class Candidacy {
  readonly entry: Entry
  readonly session: Session
  readonly standing: Standing
  readonly #ended = new AbortController()
  readonly #since: string
  readonly #unlinkSession: () => void = () => {} // the session may be over before the constructor is
  readonly #following: Promise<void>
  readonly #unwatched = new AbortController()
  #unlinkDoubt: () => void = () => {}
  #cancelAbandoning: () => void = () => {}
  #stopByMs = 0
  #released: Promise<void> | undefined
  #releasing = false
  #over = false

  private constructor(standing: Standing, session: Session, entry: Entry, since: string) {
    this.standing = standing
    this.session = session
    this.entry = entry
    this.#since = since
    setMaxListeners(0, this.#ended.signal) // users hang as much on leadership.signal as they like
    this.#unlinkSession = onAbort(session.ended, (reason) => this.#sessionEnded(reason))
    this.#following = this.#followOwnKey()
  }

  /** Opens a session, or takes the shared one, and creates the key: the candidate stands at the end of the line. */
  static async stand(standing: Standing, value: unknown, { signal }: Cancellable): Promise<Candidacy> {
    const { store, shared, ttlMs, prefix, id, layout, clock } = standing
    const since = new Date().toISOString()
    const session = await (shared ? shared.open({ signal }) : store.openSession({ ttlMs, signal }))
    const name = layout.keyName(id, session)
    try {
      // As granted: whoever evicts this candidate gives it that long before the key is deleted under it.
      const bytes = writeBid(standing, { id, value, since, ttlMs: session.ttlMs })
      const entry = await session.createOrdered(prefix, bytes, { name, numbered: layout.numbered, signal })
      return new Candidacy(standing, session, entry, since)
    } catch (error) {
      // A key that was created all the same must not stand at the head of the line of a session that lives on. A
      // failure to clean up is the lesser news: what could not be told ends with its session.
      const cleanUp = async () => {
        if (!shared) await session.close()
        else await whileLive(clock, session, () => store.delete(`${prefix}/${name}`))
      }
      await cleanUp().catch(() => undefined)
      throw error
    }
  }

  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /** Milliseconds until somebody else may lead; 0 when it may have happened. */
  remainingMs(): number {
    if (!this.ended.aborted) return this.session.remainingMs()
    return Math.max(0, this.#stopByMs - this.standing.clock.now())
  }

  /** Throws the reason of the end; finding the session in doubt ends the candidacy here and now. */
  assertCertain(): void {
    if (!this.ended.aborted && this.session.remainingMs() <= stepDownMs(this.session)) this.#endInDoubt()
    this.ended.throwIfAborted()
  }

  /** From now on the candidacy leads: it ends while there is still time to stop. */
  lead(): void {
    if (this.ended.aborted) return
    this.#unlinkDoubt = onDoubt(this.standing.clock, this.session, () => this.#endInDoubt())
  }

  resign(): void {
    this.#end('resigned', `${this.#name()} resigned`)
  }

  /** The store has refused a write that the own key guards: the key is gone, though the watch has not said so yet. */
  deposed(): void {
    // Its end took the key along; whoever is told nothing of it until a timer rings would ask again without end.
    if (this.session.remainingMs() === 0) this.#end('session lost', `${this.#name()} lost its session`)
    this.#end('evicted', `${this.#name()} was evicted: its key was deleted`, { keyGone: true })
  }

  /** Publishes another value beside the key. Errors: `GUARD_FAILED` when the key is gone. */
  async publish(value: unknown, { signal }: Cancellable): Promise<void> {
    const { store, id } = this.standing
    const bytes = writeBid(this.standing, { id, value, since: this.#since, ttlMs: this.session.ttlMs })
    await store.put(this.entry.key, bytes, { guard: this.entry, signal })
  }

  /**
   * Deletes the key if it is still ours and closes the session if it is our own. Idempotent, settles within one TTL.
   * Called when the work has settled, never before: from here on somebody else may lead.
   */
  release(): Promise<void> {
    this.#released ??= this.#release().finally(() => (this.#over = true))
    return this.#released
  }

  /** Whether the release has settled. */
  get over(): boolean {
    return this.#over
  }

  #name(): string {
    return `candidate ${this.standing.id} of election ${this.standing.name}`
  }

  #end(ending: Ending, message: string, { cause, keyGone = false }: { cause?: unknown; keyGone?: boolean } = {}): void {
    if (this.ended.aborted) return
    this.#unlinkDoubt()
    this.#unlinkSession()
    this.#stopByMs = this.standing.clock.now() + (keyGone ? 0 : this.session.remainingMs())
    const code = ending === 'resigned' ? 'LEADERSHIP_RESIGNED' : 'LEADERSHIP_LOST'
    this.#ended.abort(new ConsensusError(code, message, { ending, cause }))
    // A release tells the store before the own key's watch is put away: somebody waits for that.
    if (!this.#releasing) this.#unwatched.abort(this.ended.reason)
    // Work that has not settled by the local deadline is not waited for, nor is the key deleted under it: an own
    // session runs out, so that the next may lead after one silent TTL.
    if (this.standing.shared) return
    const abandon = () => this.session.abandon()
    this.#cancelAbandoning = this.standing.clock.setTimeout(abandon, this.session.remainingMs())
  }

  #endInDoubt(): void {
    const leftMs = Math.round(this.session.remainingMs())
    this.#end('session lost', `${this.#name()} must stop: its session was not renewed and has ${leftMs} ms left`)
  }

  #sessionEnded(reason: unknown): void {
    const ending = isConsensusError(reason, 'STORE_CLOSED') ? 'store closed' : 'session lost'
    const detail = reason instanceof Error ? reason.message : String(reason)
    this.#end(ending, `${this.#name()} lost its session: ${detail}`, { cause: reason })
  }

  async #followOwnKey(): Promise<void> {
    const { store, layout } = this.standing
    try {
      for await (const state of store.watch(this.entry.key, { signal: this.#unwatched.signal })) {
        if (state?.createRevision !== this.entry.createRevision || state.session !== this.session.id) {
          this.deposed()
        } else if (layout.read(state)?.evicting === true) {
          this.#end('evicted', `${this.#name()} was evicted: it was asked to step down`)
        }
      }
    } catch (error) {
      if (this.ended.aborted) return
      const ending = isConsensusError(error, 'STORE_CLOSED') ? 'store closed' : 'session lost'
      this.#end(ending, `${this.#name()} cannot watch its key any more`, { cause: error })
    }
  }

  async #release(): Promise<void> {
    this.#releasing = true
    this.resign()
    this.#cancelAbandoning() // the work has settled: nothing to let run out
    const givenBack = this.#giveBack()
    this.#unwatched.abort(this.ended.reason)
    const [outcome] = await Promise.allSettled([givenBack, this.#following])
    if (outcome.status === 'rejected') throw outcome.reason
  }

  /** Sends before it waits for anything. */
  async #giveBack(): Promise<void> {
    const { store, clock, shared } = this.standing
    const guard = this.entry
    const deletion = () => store.delete(guard.key, { guard })
    if (shared) {
      await whileLive(clock, this.session, deletion).catch((error: unknown) => {
        if (!isConsensusError(error, 'GUARD_FAILED')) throw error
      })
      return
    }
    // Its end takes the key along. A deletion besides would be a second write, in the way of the read by which the next
    // one makes sure that it leads.
    if (this.session.remainingMs() > 0) return this.session.close()
    // Over by our clock, or left to run out: the store may hold it for a while.
    const { ttlMs } = this.session
    const onTimeout = () => new ConsensusError('OUTCOME_UNKNOWN', `${guard.key} was not deleted within ${ttlMs} ms`)
    await withDeadline({ clock, timeoutMs: ttlMs, onTimeout }, deletion).catch(() => undefined) // it goes by itself
    await this.session.close()
  }
}

/**
 * Repeats a deletion until it is done or the session is over, whose end takes the key along. A session that was in
 * doubt may live on: giving up at what was its deadline would leave the key at the head of the line.
 */
async function whileLive(clock: Clock, session: Session, deletion: () => Promise<unknown>): Promise<void> {
  if (session.remainingMs() === 0) return
  try {
    await retryTransient({ clock, timeoutMs: Infinity, signal: session.ended }, deletion)
  } catch (error) {
    if (!session.ended.aborted) throw error
  }
}
