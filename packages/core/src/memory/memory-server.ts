import { type Clock, systemClock } from '../clock.js'
import { ConsensusError } from '../error.js'
import { assertLives, predecessorIn } from '../guard.js'
import { prefixOf } from '../key.js'
import type { Entry } from '../store.js'

interface SessionRecord {
  ttlMs: number
  cancelExpiry: () => void
}

/**
 * The consensus system of the reference store: one history of keys and sessions in plain maps. Several `MemoryStore`s
 * may be clients of one server, as several nodes are of etcd. Every method is one atomic step.
 */
export class MemoryServer {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  readonly #sessions = new Map<string, SessionRecord>()
  readonly #listeners = new Set<() => void>()
  #revision = 0n

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock
  }

  openSession(id: string, ttlMs: number): void {
    this.#sessions.set(id, { ttlMs, cancelExpiry: () => {} })
    this.renewSession(id)
  }

  renewSession(id: string): void {
    const session = this.#session(id)
    session.cancelExpiry()
    session.cancelExpiry = this.#clock.setTimeout(() => this.endSession(id), session.ttlMs)
  }

  /** What expiry, the owner's close and an operator's hand all do. */
  endSession(id: string): void {
    this.#sessions.get(id)?.cancelExpiry()
    this.#sessions.delete(id)
    for (const entry of [...this.#entries.values()]) if (entry.session === id) this.#entries.delete(entry.key)
    this.#changed()
  }

  createOrdered(session: string, key: string, value: Uint8Array): Entry {
    this.#session(session)
    const existing = this.#entries.get(key)
    if (existing?.session === session) return existing
    if (existing) throw new ConsensusError('KEY_EXISTS', `key ${key} exists already`)
    return this.#write(key, value, session)
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key)
  }

  list(prefix: string): Entry[] {
    const beneath = [...this.#entries.values()].filter((entry) => prefixOf(entry.key) === prefix)
    return beneath.sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1))
  }

  predecessor(entry: Entry): Entry | undefined {
    return predecessorIn(this.list(prefixOf(entry.key)), entry)
  }

  put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    this.#check(guard)
    return this.#write(key, value, undefined)
  }

  delete(key: string, guard: Entry | undefined): boolean {
    this.#check(guard)
    const existed = this.#entries.delete(key)
    if (existed) {
      this.#revision++
      this.#changed()
    }
    return existed
  }

  /** Calls back after each change. Returns the removal. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Forgets everything and cancels every timer. */
  stop(): void {
    for (const session of this.#sessions.values()) session.cancelExpiry()
    this.#sessions.clear()
    this.#entries.clear()
  }

  #session(id: string): SessionRecord {
    const session = this.#sessions.get(id)
    if (!session) throw new ConsensusError('SESSION_LOST', `session ${id} has ended at the store`)
    return session
  }

  #check(guard: Entry | undefined): void {
    if (guard) assertLives(guard, this.#entries.get(guard.key))
  }

  #write(key: string, value: Uint8Array, session: string | undefined): Entry {
    const existing = this.#entries.get(key)
    const revision = ++this.#revision
    const entry: Entry = {
      key,
      value: value.slice(), // what the caller does with its array afterwards is not a write
      createRevision: existing?.createRevision ?? revision,
      modRevision: revision,
      session: existing ? existing.session : session,
    }
    this.#entries.set(key, entry)
    this.#changed()
    return entry
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
