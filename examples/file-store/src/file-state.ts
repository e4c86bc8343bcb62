import { readFileSync } from 'node:fs'
import { ConsensusError, type Entry } from '@eldest/core'
import { assertLives, prefixOf } from '@eldest/core/adapter'

interface SessionRecord {
  ttlMs: number
  /** On the clock that all processes of this host share, within the boot of that name. */
  untilMs: number
  boot: string
}

interface EntryRecord {
  key: string
  value: string
  created: number
  modified: number
  session?: string
}

/** Empty where the system has no name for its boots. */
const boot = ((): string => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
})()

/**
 * All that the store holds, as one commit says it: sessions, and entries from the oldest to the youngest. The number of
 * a commit is the revision of what it writes, so one commit makes one change.
 */
export class FileState {
  changed = false
  readonly #revision: number
  readonly #sessions: Map<string, SessionRecord>
  #entries: EntryRecord[]

  private constructor(number: number, sessions: [string, SessionRecord][], entries: EntryRecord[]) {
    this.#revision = number + 1
    this.#sessions = new Map(sessions)
    this.#entries = entries
  }

  /** The state of the commit of that number; nothing at all without a text. */
  static parse(text: string | undefined, number: number): FileState {
    const { sessions, entries } = JSON.parse(text ?? '{"sessions":[],"entries":[]}') as {
      sessions: [string, SessionRecord][]
      entries: EntryRecord[]
    }
    return new FileState(number, sessions, entries)
  }

  format(): string {
    return JSON.stringify({ sessions: [...this.#sessions], entries: this.#entries })
  }

  endOverdue(nowMs: number): void {
    for (const [id, session] of this.#sessions) {
      if (session.boot !== boot || nowMs >= session.untilMs) this.endSession(id)
    }
  }

  openSession(id: string, ttlMs: number, nowMs: number): void {
    if (this.#sessions.has(id)) return
    this.#sessions.set(id, { ttlMs, untilMs: nowMs + ttlMs, boot })
    this.changed = true
  }

  renewSession(id: string, nowMs: number): void {
    const session = this.#session(id)
    session.untilMs = Math.max(session.untilMs, nowMs + session.ttlMs)
    this.changed = true
  }

  endSession(id: string): void {
    if (!this.#sessions.delete(id)) return
    this.#entries = this.#entries.filter(({ session }) => session !== id)
    this.changed = true
  }

  create(session: string, key: string, value: Uint8Array): Entry {
    this.#session(session)
    const existing = this.#find(key)
    if (existing && existing.session !== session) throw new ConsensusError('KEY_EXISTS', `key ${key} exists already`)
    return existing ? toEntry(existing) : this.#add({ key, value, session })
  }

  get(key: string): Entry | undefined {
    const record = this.#find(key)
    return record && toEntry(record)
  }

  list(prefix: string): Entry[] {
    return this.#entries.filter(({ key }) => prefixOf(key) === prefix).map((record) => toEntry(record))
  }

  put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    this.#check(guard)
    const existing = this.#find(key)
    if (!existing) return this.#add({ key, value })
    existing.value = Buffer.from(value).toString('base64')
    existing.modified = this.#revision
    this.changed = true
    return toEntry(existing)
  }

  delete(key: string, guard: Entry | undefined): boolean {
    this.#check(guard)
    const existing = this.#find(key)
    if (!existing) return false
    this.#entries = this.#entries.filter((record) => record !== existing)
    return (this.changed = true)
  }

  #find(key: string): EntryRecord | undefined {
    return this.#entries.find((record) => record.key === key)
  }

  #add({ key, value, session }: { key: string; value: Uint8Array; session?: string }): Entry {
    const written = { created: this.#revision, modified: this.#revision }
    const record = { key, value: Buffer.from(value).toString('base64'), ...written, ...(session && { session }) }
    this.#entries.push(record)
    this.changed = true
    return toEntry(record)
  }

  #session(id: string): SessionRecord {
    const session = this.#sessions.get(id)
    if (!session) throw new ConsensusError('SESSION_LOST', `session ${id} has ended at the store`)
    return session
  }

  #check(guard: Entry | undefined): void {
    if (guard) assertLives(guard, this.get(guard.key))
  }
}

function toEntry({ key, value, created, modified, session }: EntryRecord): Entry {
  const bytes = new Uint8Array(Buffer.from(value, 'base64'))
  return { key, value: bytes, createRevision: BigInt(created), modRevision: BigInt(modified), session }
}
