import { decodeName, encodeName } from '../key.js'
import { freshName } from '../kept-session.js'
import type { Entry } from '../store.js'

/** A registered bid as others see it. */
export interface Candidate {
  readonly id: string
  /** The `createRevision` of its key: the smaller, the elder. */
  readonly fencingToken: bigint
  /** What it published; `undefined` if nothing, or nothing that is JSON. */
  readonly value: unknown
  /** When it joined by its own wall clock. To show, never to decide. */
  readonly since: Date | undefined
  /** The TTL of its session, in milliseconds, as it published it. */
  readonly ttlMs: number | undefined
  /** Somebody asked it to step down. */
  readonly evicting: boolean
  readonly entry: Entry
}

/** What a candidate's key holds, as JSON. */
export interface Publication {
  value?: unknown
  since: string
  ttlMs: number
  /** Present: an operator asks the candidate to step down. */
  evict?: true
}

/** Where the candidates of an election have their keys. */
export function electionPrefix(name: string): string {
  return `elections/${encodeName(name, 'election name')}`
}

/** A key's last segment: the encoded id, a dot, and 128 random bits, so that no name is ever used twice. */
const NAME = /^(.+)\.[0-9a-f]{32}$/

/** A fresh last segment for a candidate's key. */
export function candidateName(id: string): string {
  return `${encodeName(id, 'candidate id')}.${freshName()}`
}

/**
 * Reads an entry as a candidate, or `undefined` for rubbish. Only the name decides, which nobody can change: were it
 * the value, a candidate whose value somebody spoilt would go on leading while the others passed over it.
 */
export function readCandidate(entry: Entry): Candidate | undefined {
  const encoded = NAME.exec(entry.key.slice(entry.key.lastIndexOf('/') + 1))?.[1]
  const id = encoded === undefined ? undefined : decodeName(encoded)
  if (id === undefined) return undefined
  const { value, since, ttlMs, evict } = readPublication(entry)
  const joined = typeof since === 'string' ? new Date(since) : undefined
  return {
    id,
    fencingToken: entry.createRevision,
    value,
    since: joined && !Number.isNaN(joined.getTime()) ? joined : undefined,
    ttlMs: typeof ttlMs === 'number' ? ttlMs : undefined,
    evicting: evict === true,
    entry,
  }
}

/** Whatever JSON object the entry holds, or an empty one. */
export function readPublication(entry: Entry): Partial<Record<keyof Publication, unknown>> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(entry.value))
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {} // not JSON: a candidate without metadata
  }
}

/** Errors: `TypeError` for a value that JSON cannot hold (a cycle, a bigint, a function). */
export function writePublication(publication: Publication): Uint8Array {
  const { value } = publication
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`value must be JSON, not a ${typeof value}`)
  }
  return new TextEncoder().encode(JSON.stringify(publication))
}
