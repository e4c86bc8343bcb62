import { ConsensusError, type Entry } from '@eldest/core'
import { assertLives, prefixOf } from '@eldest/core/adapter'
import type { Key } from 'lmdb'
import type { Snapshot, Write } from './local-client.js'
import { CHANGES_KEPT, entryValue, keys, type Meta, metaValue, ranges, readEntry, readSession } from './local-layout.js'

/**
 * The writes of one commit, computed from a snapshot. Single keys read as the draft has left them, ranges as they are
 * in the snapshot.
 */
export class Draft {
  /** The sessions it ends. */
  readonly ended: string[] = []
  readonly #base: Snapshot
  readonly #snapshot: Pick<Snapshot, 'get'> = { get: (key) => this.#get(key) }
  readonly #meta: Meta
  readonly #nowMs: number
  readonly #written = new Map<string, Write>()
  #adopted = false

  constructor(snapshot: Snapshot, meta: Meta, nowMs: number) {
    this.#base = snapshot
    this.#meta = { ...meta, seenMs: Math.max(meta.seenMs, nowMs) }
    this.#nowMs = nowMs
  }

  /** What to commit; nothing if the operation changed nothing. */
  get writes(): Write[] {
    if (this.#written.size === 0 && !this.#adopted) return []
    return [...this.#written.values(), { key: keys.meta, value: metaValue(this.#meta) }]
  }

  /** Adopts the file, new or of an earlier boot, whose sessions are all dead. */
  adopt(boot: string): void {
    this.#adopted = true
    this.#meta.boot = boot
    this.#meta.seenMs = this.#nowMs
    for (const { key } of this.#base.range(ranges.sessions)) this.endSession((key as string[])[1]!)
  }

  /** Counts the TTL from now on and returns that moment. */
  openSession(id: string, ttlMs: number): number {
    this.#write(keys.session(id), [ttlMs, this.#nowMs])
    return this.#nowMs
  }

  /** What expiry and the owner's close do alike. */
  endSession(id: string): void {
    if (!readSession(this.#snapshot, id)) return
    this.ended.push(id)
    this.#write(keys.session(id), undefined)
    for (const { key } of this.#base.range(ranges.owned(id))) {
      const entry = readEntry(this.#snapshot, (key as string[])[2]!)
      if (entry) this.#remove(entry)
    }
  }

  create(session: string, key: string, value: Uint8Array): Entry {
    this.#assertSession(session)
    const existing = readEntry(this.#snapshot, key)
    if (existing?.session === session) return existing
    if (existing) throw new ConsensusError('KEY_EXISTS', `key ${key} exists already`)
    return this.#put(key, value, session)
  }

  put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    this.#check(guard)
    return this.#put(key, value, undefined)
  }

  delete(key: string, guard: Entry | undefined): boolean {
    this.#check(guard)
    const entry = readEntry(this.#snapshot, key)
    if (entry) this.#remove(entry)
    return entry !== undefined
  }

  #assertSession(id: string): void {
    if (readSession(this.#snapshot, id)) return
    throw new ConsensusError('SESSION_LOST', `session ${id} has ended at the store`)
  }

  #check(guard: Entry | undefined): void {
    if (guard) assertLives(guard, readEntry(this.#snapshot, guard.key))
  }

  #put(key: string, value: Uint8Array, session: string | undefined): Entry {
    const existing = readEntry(this.#snapshot, key)
    const revision = this.#change(key)
    const entry: Entry = {
      key,
      value: value.slice(), // what the caller does with its array afterwards is not a write
      createRevision: existing?.createRevision ?? BigInt(revision),
      modRevision: BigInt(revision),
      session: existing ? existing.session : session,
    }
    this.#write(keys.entry(key), entryValue(entry))
    if (existing) return entry
    this.#write(keys.order(prefixOf(key), revision), key)
    if (session !== undefined) this.#write(keys.owned(session, key), 0)
    return entry
  }

  #remove({ key, createRevision, session }: Entry): void {
    this.#change(key)
    this.#write(keys.entry(key), undefined)
    this.#write(keys.order(prefixOf(key), Number(createRevision)), undefined)
    if (session !== undefined) this.#write(keys.owned(session, key), undefined)
  }

  /** Takes the next revision and leaves word of it for those who wait. */
  #change(key: string): number {
    const revision = ++this.#meta.revision
    this.#write(keys.change(revision), key)
    this.#write(keys.change(revision - CHANGES_KEPT), undefined)
    return revision
  }

  #get(key: Key): unknown {
    const written = this.#written.get(JSON.stringify(key))
    return written ? written.value : this.#base.get(key)
  }

  #write(key: Key, value: unknown): void {
    this.#written.set(JSON.stringify(key), { key, value })
  }
}
