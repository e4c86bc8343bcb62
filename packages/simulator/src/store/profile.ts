import type { Capabilities } from '@eldest/core'
import type { Random } from '../random.js'

/** From and to, in milliseconds. */
export type Span = readonly [number, number]

/** How a store behaves, as data: what was measured on the real one, and what it must then be treated with. */
export interface Profile {
  readonly name: string
  /** The behaviour that makes this store unlike the others. */
  readonly fact: string
  /** The TTLs that are simulated. */
  readonly ttlsMs: readonly number[]
  readonly capabilities: Capabilities
  /** How many servers hold the store. */
  readonly servers: number
  /** How long after the last renewal that it knows of the store ends a session. */
  expiryMs(ttlMs: number, random: Random): number
  /** From when on an acknowledged renewal counts: the rule of the store's adapter. */
  readonly rule: 'acknowledged' | 'same term' | 'passed on'
  /** Renewals in one TTL. */
  readonly renewals: number
  /** How often a follower tells its leader which sessions it has heard of; 0: renewals are the leader's own business. */
  readonly pingMs: number
  /** How long a leader that was cut off goes on acknowledging renewals that it can no longer keep. */
  readonly staleAcknowledgementMs: Span
  /** How long a server that was cut off goes on answering reads with the past; 0: it does not. */
  readonly staleReadsMs: number
  /** Until the others have a new leader. Every session has its whole TTL again then. */
  readonly failoverMs: Span
  /** From the end of a connection until its watches are told: they are silent meanwhile. */
  readonly silentWatchMs: Span
  /** One connection a session: its requests arrive in the order in which they were sent. */
  readonly inOrder: boolean
  readonly latencyMs: Span
  /** Every process of one host, no network between. */
  readonly network: boolean
}

const LARGEST_VALUE = 512 * 1024

function capabilities(minTtlMs: number, requestTimeoutMs: number, worst: (ttlMs: number) => number): Capabilities {
  return {
    minTtlMs,
    maxTtlMs: 24 * 3_600_000,
    ttlGranularityMs: 1,
    worstCaseExpiryMs: worst,
    maxValueBytes: LARGEST_VALUE,
    requestTimeoutMs,
    singleHost: false,
  }
}

/**
 * Leases end up to half a second late. A leader without quorum acknowledges keep-alives for up to 1.8 s more, while its
 * successor restarts the TTL earlier: an acknowledgement counts when a linearizable read under the same term follows.
 */
const etcd: Profile = {
  name: 'etcd',
  fact: 'a leader without quorum goes on acknowledging; a new one gives every lease its whole TTL again',
  ttlsMs: [2000, 6000],
  capabilities: capabilities(2000, 1500, (ttlMs) => ttlMs + 500),
  servers: 3,
  expiryMs: (ttlMs, random) => ttlMs + random.between(0, 500),
  rule: 'same term',
  renewals: 3,
  pingMs: 0,
  staleAcknowledgementMs: [1000, 1810],
  staleReadsMs: 0,
  failoverMs: [900, 1300],
  silentWatchMs: [0, 4000],
  inOrder: false,
  latencyMs: [1, 8],
  network: true,
}

/** A session ends when twice its TTL has passed, and has twice its TTL again when the server has restarted. */
const consul: Profile = {
  name: 'consul',
  fact: 'a session ends at twice its TTL; a restart gives it twice its TTL again',
  ttlsMs: [10_000],
  capabilities: capabilities(10_000, 2000, (ttlMs) => 2 * ttlMs + 30),
  servers: 1,
  expiryMs: (ttlMs, random) => 2 * ttlMs + random.between(5, 27),
  rule: 'acknowledged',
  renewals: 3,
  pingMs: 0,
  staleAcknowledgementMs: [0, 0],
  staleReadsMs: 0,
  failoverMs: [500, 2000],
  silentWatchMs: [0, 5000],
  inOrder: false,
  latencyMs: [1, 10],
  network: true,
}

const TICK_MS = 500

/**
 * A follower tells its leader every half tick of whom it has heard, and goes on answering reads for a while when it is
 * cut off: a session may end one heartbeat early. So a heartbeat counts when a later one is answered that was sent half
 * a tick after the first's own answer. Ends are rounded up to ticks.
 */
const zookeeper: Profile = {
  name: 'zookeeper',
  fact: 'a follower that is cut off answers reads with the past, and its leader may not know of the last heartbeat',
  ttlsMs: [3000, 6000],
  capabilities: capabilities(2 * TICK_MS, 1500, (ttlMs) => ttlMs + 3 * TICK_MS),
  servers: 3,
  expiryMs: (ttlMs, random) => ttlMs + random.between(0, 2 * TICK_MS),
  rule: 'passed on',
  renewals: 6,
  pingMs: TICK_MS / 2,
  staleAcknowledgementMs: [0, 0],
  staleReadsMs: 5000,
  failoverMs: [500, 1500],
  silentWatchMs: [0, 3000],
  inOrder: true,
  latencyMs: [1, 8],
  network: true,
}

/** One file on one host: no network, every process on the same clock, and a session ends exactly at its TTL. */
const local: Profile = {
  name: 'local',
  fact: 'a session ends exactly at its TTL',
  ttlsMs: [1000, 3000],
  capabilities: { ...capabilities(500, 1000, (ttlMs) => ttlMs + 20), singleHost: true },
  servers: 1,
  expiryMs: (ttlMs) => ttlMs,
  rule: 'acknowledged',
  renewals: 3,
  pingMs: 0,
  staleAcknowledgementMs: [0, 0],
  staleReadsMs: 0,
  failoverMs: [0, 0],
  silentWatchMs: [0, 0],
  inOrder: false,
  latencyMs: [0.1, 4],
  network: false,
}

/** Not a product but the contract at its barest: the network's faults, and a session that ends exactly at its TTL. */
const strict: Profile = {
  ...etcd,
  name: 'strict',
  fact: 'the contract at its barest: any network, and a session that ends exactly at its TTL',
  ttlsMs: [2000, 5000],
  capabilities: capabilities(1000, 1500, (ttlMs) => ttlMs + 20),
  servers: 1,
  expiryMs: (ttlMs) => ttlMs,
  rule: 'acknowledged',
  staleAcknowledgementMs: [0, 0],
  failoverMs: [300, 1500],
  latencyMs: [1, 20],
}

/** One profile for each store, and one for the contract itself. */
export const profiles = { etcd, consul, zookeeper, local, strict } as const

export type ProfileName = keyof typeof profiles
