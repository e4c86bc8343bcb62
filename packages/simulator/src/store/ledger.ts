import { ConsensusError, type Entry } from '@eldest/core'
import { assertLives, predecessorIn, prefixOf } from '@eldest/core/adapter'

/** Who made an entry go: its session's end, or the program of this name. */
export type Cause = 'expiry' | (string & {})

/** What the store knows of a session. */
export interface SessionRecord {
  readonly id: string
  /** The process that opened it. */
  readonly owner: string
  readonly ttlMs: number
}

/** One change: what it wrote or removed. */
export interface Change {
  readonly key: string
  readonly removed: Entry | undefined
  readonly by: Cause
}

/** The store's contents and their single history, as the servers agree on them. Every method is one atomic step. */
export class Ledger {
  onChange: (change: Change) => void = () => {}
  readonly #entries: Map<string, Entry>
  readonly #sessions: Map<string, SessionRecord>
  readonly #touched: Map<string, bigint>
  #revision: bigint

  constructor(copied?: Ledger) {
    this.#entries = copied ? new Map(copied.#entries) : new Map<string, Entry>()
    this.#sessions = copied ? new Map(copied.#sessions) : new Map<string, SessionRecord>()
    this.#touched = copied ? new Map(copied.#touched) : new Map<string, bigint>()
    this.#revision = copied ? copied.#revision : 0n
  }

  get revision(): bigint {
    return this.#revision
  }

  /** Whether the key, or anything directly beneath the prefix, has changed after the revision. */
  changedSince(keyOrPrefix: string, revision: bigint): boolean {
    return (this.#touched.get(keyOrPrefix) ?? 0n) > revision
  }

  session(id: string): SessionRecord {
    const session = this.#sessions.get(id)
    if (!session) throw new ConsensusError('SESSION_LOST', `session ${id} has ended at the store`)
    return session
  }

  openSession(session: SessionRecord): void {
    this.#sessions.set(session.id, session)
  }

  endSession(id: string, by: Cause): void {
    this.#sessions.delete(id)
    for (const entry of [...this.#entries.values()]) if (entry.session === id) this.#remove(entry, by)
  }

  createOrdered(session: string, key: string, value: Uint8Array): Entry {
    const { owner } = this.session(session)
    const existing = this.#entries.get(key)
    if (existing?.session === session) return existing
    if (existing) throw new ConsensusError('KEY_EXISTS', `key ${key} exists already`)
    return this.#write(key, value, session, owner)
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key)
  }

  list(prefix: string): Entry[] {
    const beneath: Entry[] = []
    for (const entry of this.#entries.values()) if (prefixOf(entry.key) === prefix) beneath.push(entry)
    return beneath.sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1))
  }

  predecessor(entry: Entry): Entry | undefined {
    return predecessorIn(this.list(prefixOf(entry.key)), entry)
  }

  put(key: string, value: Uint8Array, guard: Entry | undefined, by: Cause): Entry {
    this.#check(guard)
    return this.#write(key, value, undefined, by)
  }

  delete(key: string, guard: Entry | undefined, by: Cause): boolean {
    this.#check(guard)
    const entry = this.#entries.get(key)
    if (entry) this.#remove(entry, by)
    return entry !== undefined
  }

  #check(guard: Entry | undefined): void {
    if (guard) assertLives(guard, this.#entries.get(guard.key))
  }

  #write(key: string, value: Uint8Array, session: string | undefined, by: Cause): Entry {
    const existing = this.#entries.get(key)
    const revision = ++this.#revision
    const entry: Entry = {
      key,
      value: value.slice(),
      createRevision: existing?.createRevision ?? revision,
      modRevision: revision,
      session: existing ? existing.session : session,
    }
    this.#entries.set(key, entry)
    this.#changed({ key, removed: undefined, by })
    return entry
  }

  #remove(entry: Entry, by: Cause): void {
    this.#entries.delete(entry.key)
    this.#revision++
    this.#changed({ key: entry.key, removed: entry, by })
  }

  #changed(change: Change): void {
    this.#touched.set(change.key, this.#revision)
    this.#touched.set(prefixOf(change.key), this.#revision)
    this.onChange(change)
  }
}
