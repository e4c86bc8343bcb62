import type { Session } from '../session.js'
import type { Entry } from '../store.js'
import {
  type Candidate,
  candidateName,
  electionPrefix,
  readCandidate,
  readPublication,
  writePublication,
} from './candidate.js'

/** What a candidate makes known of itself. */
export interface Bid {
  id: string
  /** As given to the election; JSON. */
  value: unknown
  /** When it joined, by its own wall clock, as an ISO date. */
  since: string
  /** The TTL of its session, as granted. */
  ttlMs: number
}

/**
 * Where the candidates of an election have their keys, and what these hold. The default is Eldest's own; another one
 * lets candidates of another tool stand in the same line. The eldest key leads in every layout.
 */
export interface ElectionLayout {
  /** The prefix of an election's keys. Errors: `RangeError` for a name that cannot be one. */
  prefix(name: string): string
  /** A last segment for a candidate's key that nobody has ever used. */
  keyName(id: string, session: Session): string
  /** The store appends a number to the key's name, as in `CreateOptions.numbered`. Default: no. */
  readonly numbered?: boolean
  /**
   * A session holds one candidacy and cannot be shared, because the key bears the session's name, or one that is not
   * known before the key is there. Default: no.
   */
  readonly oneSessionEach?: boolean
  /** Reads an entry as a candidate, or `undefined` for rubbish, over which the election passes. */
  read(entry: Entry): Candidate | undefined
  /** What a candidate's key holds. Errors: `TypeError` for a value that cannot be written. */
  write(bid: Bid): Uint8Array
  /**
   * The entry's value with the wish that its candidate step down. Absent: the layout has no room for it, and an
   * evicted candidate's key is deleted at once.
   */
  withEviction?(entry: Entry): Uint8Array
}

/** `elections/<name>/<id>.<random>`, each key a JSON object of value, date and TTL. */
export const eldestLayout: ElectionLayout = {
  prefix: electionPrefix,
  keyName: candidateName,
  read: readCandidate,
  write: ({ value, since, ttlMs }) => writePublication({ value, since, ttlMs }),
  withEviction: (entry) => new TextEncoder().encode(JSON.stringify({ ...readPublication(entry), evict: true })),
}
