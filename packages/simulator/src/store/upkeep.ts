import type { Happening } from '../world/timeline.js'
import type { World } from '../world/world.js'
import type { Ledger, SessionRecord } from './ledger.js'
import type { Profile } from './profile.js'

/** How long the store keeps each session: the leader's work, which nobody does while there is no leader. */
export class Upkeep {
  /** Told before a session that ran out is ended. */
  onExpiry: (session: SessionRecord) => void = () => {}
  readonly #world: World
  readonly #profile: Profile
  readonly #ledger: Ledger
  readonly #kept = new Map<string, { session: SessionRecord; untilMs: number; check: Happening | undefined }>()
  readonly #heldBack: (() => void)[] = []
  #cutOff: number | undefined
  #running = true

  constructor(world: World, profile: Profile, ledger: Ledger) {
    this.#world = world
    this.#profile = profile
    this.#ledger = ledger
  }

  opened(session: SessionRecord): void {
    this.ended(session.id) // asked for twice, because the first answer was lost
    const kept = { session, untilMs: this.#whole(session), check: undefined }
    this.#kept.set(session.id, kept)
    this.#watch(kept)
  }

  /** A server has heard of a session; the leader knows when it is told. */
  renewed(session: SessionRecord, server: number, isLeader: boolean): void {
    const untilMs = this.#whole(session)
    const { pingMs } = this.#profile
    if (pingMs === 0 || isLeader) {
      this.#keep(session.id, untilMs)
      return
    }
    const phaseMs = (pingMs * (server + 1)) / (this.#profile.servers + 1)
    const sinceMs = (((this.#world.nowMs - phaseMs) % pingMs) + pingMs) % pingMs
    const passOn = () => {
      if (this.#cutOff === server) this.#heldBack.push(passOn)
      else this.#keep(session.id, untilMs)
    }
    this.#world.later(pingMs - sinceMs, passOn)
  }

  /** How long the store will keep the session if it hears of no renewal any more; `undefined`: ended, or no telling. */
  keptMs(id: string): number | undefined {
    const kept = this.#kept.get(id)
    return !this.#running || !kept ? undefined : kept.untilMs - this.#world.nowMs
  }

  /**
   * The server whose leader does not hear of it. What it would have passed on comes first when it is back: it has one
   * connection to its leader, on which nothing overtakes anything.
   */
  set cutOff(server: number | undefined) {
    this.#cutOff = server
    if (server === undefined) for (const passOn of this.#heldBack.splice(0)) passOn()
  }

  ended(id: string): void {
    const kept = this.#kept.get(id)
    if (kept?.check) kept.check.cancelled = true
    this.#kept.delete(id)
  }

  stop(): void {
    this.#running = false
  }

  /** Goes on, from where it was, or with its whole TTL for every session. */
  start(from: 'where it was' | 'in full'): void {
    this.#running = true
    for (const kept of this.#kept.values()) {
      if (from === 'in full') kept.untilMs = this.#whole(kept.session)
      this.#watch(kept)
    }
  }

  #whole({ ttlMs }: SessionRecord): number {
    return this.#world.nowMs + this.#profile.expiryMs(ttlMs, this.#world.random)
  }

  #keep(id: string, untilMs: number): void {
    const kept = this.#kept.get(id)
    if (kept) kept.untilMs = Math.max(kept.untilMs, untilMs)
  }

  #watch(kept: { session: SessionRecord; untilMs: number; check: Happening | undefined }): void {
    if (kept.check) kept.check.cancelled = true
    kept.check = this.#world.later(kept.untilMs - this.#world.nowMs, () => {
      kept.check = undefined
      if (!this.#running || !this.#kept.has(kept.session.id)) return
      if (kept.untilMs > this.#world.nowMs) {
        this.#watch(kept)
        return
      }
      this.#kept.delete(kept.session.id)
      this.onExpiry(kept.session)
      this.#ledger.endSession(kept.session.id, 'expiry')
    })
  }
}
