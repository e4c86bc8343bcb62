import { Random } from '../random.js'
import { type Profile, type ProfileName, profiles } from '../store/profile.js'

/** What can go wrong. */
export const FAULTS = [
  'pause',
  'crash',
  'partition',
  'half-open',
  'slow',
  'lossy',
  'doubled',
  'deaf',
  'wall clock',
  'withdraw',
  'evict',
  'delete key',
  'end session',
  'stall',
  'restart',
  'cut off',
  'forget changes',
] as const

export type FaultKind = (typeof FAULTS)[number]

/** One fault of a schedule. */
export interface Fault {
  kind: FaultKind
  /** When it begins and how long it lasts, in TTLs. */
  at: number
  lasts: number
  /** Whom it strikes: a number that is taken modulo what there is. */
  target: number
  /** From 0 to 1: how hard, or in which way. */
  dial: number
}

/** Everything that a simulation does, but for what its seed decides by the way: latencies, ties, jitter. */
export interface Plan {
  seed: number
  profile: ProfileName
  ttlMs: number
  /** The rates of the candidates' clocks, one a candidate. */
  rates: number[]
  /** The candidates hold one session for all they do, each its own. */
  sharedSession: boolean
  faults: Fault[]
}

/** When the last fault is over, in TTLs. */
export const CALM_AT = 4

/** How much slower than the store's a clock may run: the margin of the core. Faster does no harm. */
export const SLOWEST_RATE = 0.99

/** Faults that need a network, or more servers than one. */
const NETWORK = new Set<FaultKind>(['partition', 'half-open', 'slow', 'lossy', 'doubled', 'deaf', 'restart'])

/** What may go wrong with this store. */
export function faultsOf({ network, servers }: Profile): FaultKind[] {
  return FAULTS.filter((kind) => (network || !NETWORK.has(kind)) && (servers > 1 || kind !== 'cut off'))
}

/** The plan of a seed. */
export function planOf(seed: number, profileName?: ProfileName): Plan {
  const random = new Random(seed).fork(3)
  const names = Object.keys(profiles) as ProfileName[]
  const name = profileName ?? names[seed % names.length]!
  const profile = profiles[name]
  const kinds = faultsOf(profile)
  const candidates = 2 + random.below(3)
  const faults = Array.from({ length: 2 + random.below(7) }, () => ({
    kind: random.pick(kinds),
    at: random.between(0.2, CALM_AT - 1),
    lasts: random.chance(0.3) ? random.between(0, 0.3) : random.between(0.3, 2.5),
    target: random.below(64),
    dial: random.next(),
  }))
  return {
    seed,
    profile: name,
    ttlMs: random.pick(profile.ttlsMs),
    rates: Array.from({ length: candidates }, () => rateOf(random, profile)),
    sharedSession: random.chance(0.25),
    faults: faults.sort((a, b) => a.at - b.at),
  }
}

function rateOf(random: Random, { network }: Profile): number {
  if (!network) return 1
  return random.chance(0.04) ? random.between(0.6, 0.98) : random.between(SLOWEST_RATE + 0.0005, 1.02)
}
