import { hostname } from 'node:os'
import { type Clock, systemClock } from '../clock.js'
import { encodeName } from '../key.js'
import { assertTtl } from '../session.js'
import type { ConsensusStore } from '../store.js'
import { ConsensusError } from '../error.js'
import { type Bid, eldestLayout, type ElectionLayout } from './layout.js'
import type { SharedSession } from './shared-session.js'

/** How an `Election` is stood in. */
export interface ElectionOptions {
  /** Names this candidate to people; need not be unique. Default: host name and process id. */
  id?: string
  /**
   * The TTL of the session, in milliseconds. A silent leader is replaced after about this time (see
   * `capabilities.worstCaseExpiryMs`); a leader in doubt is told to stop when a third of it is left. Default 15,000.
   * Not together with `session`.
   */
  ttlMs?: number
  /** JSON that others see beside this candidate: how to talk to it, what it serves. Default: nothing. */
  value?: unknown
  /** One session for many elections: one renewal for all of them. Default: a session for each candidacy. */
  session?: SharedSession
  /** Default: Eldest's own. Another one lets candidates of another tool stand in the same line. */
  layout?: ElectionLayout
  /** Default: the machine's. */
  clock?: Clock
}

/** Options after validation. */
export interface Standing {
  readonly store: ConsensusStore
  readonly name: string
  readonly prefix: string
  readonly id: string
  readonly ttlMs: number
  readonly shared: SharedSession | undefined
  readonly layout: ElectionLayout
  readonly clock: Clock
}

const DEFAULT_TTL_MS = 15_000

/** Checks everything that can be checked without I/O. Errors: `TypeError`, `RangeError`. */
export function standing(store: ConsensusStore, name: string, options: ElectionOptions): Standing {
  const id = options.id ?? `${hostname() || 'localhost'}-${process.pid}`
  encodeName(id, 'candidate id')
  if (options.session && options.ttlMs !== undefined) {
    throw new TypeError('ttlMs and session exclude each other: the TTL is that of the shared session')
  }
  if (options.session && options.session.store !== store) {
    throw new TypeError('session belongs to another store than the election')
  }
  const layout = options.layout ?? eldestLayout
  if (options.session && layout.oneSessionEach === true) {
    throw new TypeError('session cannot be shared in this layout: each candidacy needs its own')
  }
  const ttlMs = options.session?.ttlMs ?? options.ttlMs ?? DEFAULT_TTL_MS
  assertTtl(ttlMs, store.capabilities)
  return {
    store,
    name,
    prefix: layout.prefix(name),
    id,
    ttlMs,
    shared: options.session,
    layout,
    clock: options.clock ?? systemClock,
  }
}

/** What the own key is to hold. Errors: `TypeError` for what the layout cannot hold; `VALUE_TOO_LARGE`. */
export function writeBid({ store, layout }: Standing, bid: Bid): Uint8Array {
  const bytes = layout.write(bid)
  const { maxValueBytes } = store.capabilities
  if (bytes.length <= maxValueBytes) return bytes
  throw new ConsensusError(
    'VALUE_TOO_LARGE',
    `value of ${bytes.length} bytes once written: this store takes ${maxValueBytes}`,
  )
}
