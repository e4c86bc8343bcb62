import type { Entry } from '@eldest/core'
import type { Key } from 'lmdb'
import { type KeyRange, META_KEY, type Snapshot } from './local-client.js'

/** Raised whenever a program that knows only the old layout would misread the new one. */
export const FORMAT = 1

/** How many of the latest changed keys the file remembers, so that a waiter reads only what changed. */
export const CHANGES_KEPT = 1000

export interface Meta {
  format: number
  /** Of the machine's boot; sessions of another boot are dead. */
  boot: string
  /** Of the latest change. Numbers here, `bigint` outside: 2^53 changes take 285,000 years at one a millisecond. */
  revision: number
  /** When, on the host's clock, the latest commit was made. */
  seenMs: number
}

export interface SessionRecord {
  ttlMs: number
  /** When it was opened, or since renewed by a commit; its pulse may be later. */
  sinceMs: number
}

/** The latest possible number in a key. */
const LAST = Number.MAX_SAFE_INTEGER
/** Sorts after every character that a key or an id is made of. */
const AFTER = '~'

/** Every key of the file. Values are arrays; an index has the value 0 where its key says it all. */
export const keys = {
  meta: META_KEY,
  session: (id: string): Key => ['session', id],
  entry: (key: string): Key => ['entry', key],
  order: (prefix: string, createRevision: number): Key => ['order', prefix, createRevision],
  owned: (session: string, key: string): Key => ['owned', session, key],
  change: (revision: number): Key => ['change', revision],
}

export const ranges = {
  sessions: { start: ['session'], end: ['session', AFTER] },
  order: (prefix: string) => ({ start: ['order', prefix, 0], end: ['order', prefix, LAST] }),
  /** From the youngest that is older than the revision. */
  older: (prefix: string, revision: number) => ({
    start: ['order', prefix, revision - 1],
    end: ['order', prefix, 0],
    reverse: true,
    limit: 1,
  }),
  owned: (session: string) => ({ start: ['owned', session], end: ['owned', session, AFTER] }),
  changesAfter: (revision: number) => ({ start: ['change', revision + 1], end: ['change', LAST] }),
}

export function readMeta(snapshot: Snapshot): Meta | undefined {
  const value = snapshot.get(keys.meta) as [number, string, number, number] | undefined
  return value && { format: value[0], boot: value[1], revision: value[2], seenMs: value[3] }
}

export function metaValue({ format, boot, revision, seenMs }: Meta): unknown {
  return [format, boot, revision, seenMs]
}

export function readSession(snapshot: Pick<Snapshot, 'get'>, id: string): SessionRecord | undefined {
  const value = snapshot.get(keys.session(id))
  return value === undefined ? undefined : sessionOf(value)
}

export function sessionOf(value: unknown): SessionRecord {
  const [ttlMs, sinceMs] = value as [number, number]
  return { ttlMs, sinceMs }
}

export function readEntry(snapshot: Pick<Snapshot, 'get'>, key: string): Entry | undefined {
  const value = snapshot.get(keys.entry(key)) as [number, number, string | null, Uint8Array] | undefined
  if (!value) return undefined
  return {
    key,
    value: new Uint8Array(value[3]),
    createRevision: BigInt(value[0]),
    modRevision: BigInt(value[1]),
    session: value[2] ?? undefined,
  }
}

/** Revisions count writes from 0 on: as numbers, which LMDB's keys order, they are exact up to 2^53 of them. */
export function entryValue(entry: Entry): unknown {
  return [Number(entry.createRevision), Number(entry.modRevision), entry.session ?? null, entry.value]
}

/** The keys changed after the one revision until the other; `undefined`: too many for the file to remember. */
export function changedKeys(snapshot: Snapshot, after: number, until: number): string[] | undefined {
  if (after < 0 || until - after > CHANGES_KEPT) return undefined
  return [...snapshot.range(ranges.changesAfter(after))].map(({ value }) => value as string)
}

/** Oldest first. */
export function entriesBeneath(snapshot: Snapshot, prefix: string): Entry[] {
  return entriesIn(snapshot, ranges.order(prefix))
}

/** Of a stretch of the order index. */
export function entriesIn(snapshot: Snapshot, range: KeyRange): Entry[] {
  const entries = [...snapshot.range(range)].map(({ value }) => readEntry(snapshot, value as string))
  return entries.filter((entry) => entry !== undefined)
}
