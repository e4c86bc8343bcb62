import type { World } from '../world/world.js'
import { type Change, Ledger, type SessionRecord } from './ledger.js'
import type { Profile } from './profile.js'
import { Upkeep } from './upkeep.js'

/** How a request is answered: with what the servers agree on, or with what one of them knows. */
export type Need = 'quorum' | 'keep-alive' | 'own view'

/** What a server sees when it answers. */
export interface Standpoint {
  readonly ledger: Ledger
  readonly term: number
  readonly server: number
  /** It was cut off, and does not know it yet. */
  readonly stale: boolean
}

/** A watch of one state: told once, of the first change after the revision that its reader has seen. */
export interface Watcher {
  readonly server: number
  readonly keyOrPrefix: string
  readonly revision: bigint
  tell(outcome: 'changed' | 'broken', withinMs: number): void
}

interface Request {
  readonly server: number
  readonly need: Need
  readonly serve: (at: Standpoint) => void
}

/** The store's servers: one ledger, a leader or none, and what each of them can reach. */
export class Servers {
  readonly ledger = new Ledger()
  readonly upkeep: Upkeep
  /** Told of every change, when it takes effect. */
  onChange: (change: Change) => void = () => {}
  readonly #world: World
  readonly #profile: Profile
  readonly #watchers = new Set<Watcher>()
  readonly #waiting: Request[] = []
  #term = 1
  #leader: number | undefined = 0
  #stalled = false
  /** The server that is cut off from the others. */
  #cutOff: { server: number; sinceMs: number; acknowledgesUntilMs: number; past: Ledger; term: number } | undefined

  constructor(world: World, profile: Profile) {
    this.#world = world
    this.#profile = profile
    this.upkeep = new Upkeep(world, profile, this.ledger)
    this.ledger.onChange = (change) => this.#changed(change)
  }

  get count(): number {
    return this.#profile.servers
  }

  /** A request reaches a server, which serves it at once, later, or never. */
  receive(server: number, need: Need, serve: (at: Standpoint) => void): void {
    if (this.#stalled) {
      this.#waiting.push({ server, need, serve })
    } else if (this.#cutOff?.server === server) {
      this.#serveCutOff(need, serve)
    } else if (this.#leader === undefined) {
      if (this.#world.random.chance(0.5)) this.#waiting.push({ server, need, serve })
    } else {
      serve({ ledger: this.ledger, term: this.#term, server, stale: false })
    }
  }

  openSession(session: SessionRecord): void {
    this.ledger.openSession(session)
    this.upkeep.opened(session)
  }

  /** A renewal that reached a server; one that was cut off acknowledges it, and that is all. */
  renew(id: string, { ledger, server, stale }: Standpoint): void {
    const session = ledger.session(id)
    if (!stale) this.upkeep.renewed(session, server, server === this.#leader)
  }

  watch(watcher: Watcher): () => void {
    const isCutOff = this.#cutOff?.server === watcher.server
    if (!isCutOff && this.ledger.changedSince(watcher.keyOrPrefix, watcher.revision)) {
      watcher.tell('changed', 0)
      return () => {}
    }
    this.#watchers.add(watcher)
    if (isCutOff) this.#break((each) => each === watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Nothing of the servers runs; what reaches them waits, and what falls due meanwhile falls due when they go on. */
  stall(): void {
    this.#stalled = true
    this.upkeep.stop()
  }

  resume(): void {
    this.#stalled = false
    if (this.#leader !== undefined) this.upkeep.start('where it was')
    this.#serveWaiting()
  }

  /** All servers are gone: whatever they were doing is lost but for the ledger. */
  shutDown(): void {
    this.#leader = undefined
    this.#waiting.length = 0
    this.upkeep.stop()
    this.#break(() => true)
  }

  /** They are back, and every session has its whole TTL again. */
  startUp(): void {
    if (this.#leader === undefined) this.#elect(this.#world.random.below(this.count))
  }

  /** Cuts one server off from the others, which elect a new leader if it was that. */
  cutOff(server: number): void {
    if (this.#cutOff || this.count < 3 || this.#leader === undefined) return
    const { random, nowMs } = this.#world
    const { staleAcknowledgementMs, failoverMs } = this.#profile
    const isLeader = this.#leader === server
    const acknowledgesUntilMs = isLeader ? nowMs + random.between(...staleAcknowledgementMs) : nowMs
    this.#cutOff = { server, sinceMs: nowMs, acknowledgesUntilMs, past: new Ledger(this.ledger), term: this.#term }
    this.upkeep.cutOff = server
    this.#break((watcher) => watcher.server === server)
    if (!isLeader) return
    this.#leader = undefined
    this.upkeep.stop()
    this.#world.later(random.between(...failoverMs), () => {
      if (this.#leader === undefined) this.#elect((server + 1 + random.below(this.count - 1)) % this.count)
    })
  }

  get leader(): number | undefined {
    return this.#leader
  }

  rejoin(): void {
    this.#cutOff = undefined
    this.upkeep.cutOff = undefined
  }

  /** Compaction, or an index that is counted anew: every watch has to read again, whatever it has seen. */
  forgetChanges(): void {
    for (const watcher of [...this.#watchers]) {
      this.#watchers.delete(watcher)
      watcher.tell('changed', 0)
    }
  }

  /** The watches end, in a while: until then they are silent. */
  breakWatches(watchers: Iterable<Watcher>): void {
    for (const watcher of watchers) {
      if (!this.#watchers.delete(watcher)) continue
      watcher.tell('broken', this.#world.random.between(...this.#profile.silentWatchMs))
    }
  }

  #break(which: (watcher: Watcher) => boolean): void {
    this.breakWatches([...this.#watchers].filter(which))
  }

  #elect(server: number): void {
    this.#leader = server
    this.#term++
    this.upkeep.start('in full')
    this.#serveWaiting()
  }

  #serveWaiting(): void {
    for (const { server, need, serve } of this.#waiting.splice(0)) this.receive(server, need, serve)
  }

  #serveCutOff(need: Need, serve: (at: Standpoint) => void): void {
    const { server, sinceMs, acknowledgesUntilMs, past, term } = this.#cutOff!
    const { nowMs } = this.#world
    const answers =
      need === 'keep-alive'
        ? nowMs < acknowledgesUntilMs
        : need === 'own view' && nowMs < sinceMs + this.#profile.staleReadsMs
    if (answers) serve({ ledger: past, term, server, stale: true })
  }

  #changed(change: Change): void {
    this.onChange(change)
    const slash = change.key.lastIndexOf('/')
    const prefix = change.key.slice(0, Math.max(0, slash))
    for (const watcher of [...this.#watchers]) {
      if (watcher.keyOrPrefix !== change.key && watcher.keyOrPrefix !== prefix) continue
      this.#watchers.delete(watcher)
      watcher.tell('changed', 0)
    }
  }
}
