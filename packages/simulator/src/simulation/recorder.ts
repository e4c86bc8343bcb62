import type { CandidateRecord, HistoryRecord, Place } from '../judge/history.js'
import type { Change, SessionRecord } from '../store/ledger.js'
import type { Servers } from '../store/servers.js'
import type { World } from '../world/world.js'

/** Writes the history: what candidates say of themselves, what was done to them, and what the store itself saw. */
export class Recorder {
  readonly history: HistoryRecord[] = []
  readonly #world: World
  readonly #servers: Servers
  readonly #prefix: string
  readonly #places = new Map<bigint, Place>()

  constructor(world: World, servers: Servers, prefix: string) {
    this.#world = world
    this.#servers = servers
    this.#prefix = prefix
  }

  get atMs(): number {
    return this.#world.nowMs
  }

  tell(
    process: string,
    event: CandidateRecord['event'],
    token: bigint,
    details: { reason?: string; leftMs?: number } = {},
  ): void {
    this.history.push({ atMs: this.atMs, process, event, token, ...details })
  }

  add(record: HistoryRecord): void {
    this.history.push(record)
  }

  /** A change took effect. */
  changed({ key, removed, by }: Change): void {
    if (key === 'cursor' && removed === undefined) {
      const token = BigInt(new TextDecoder().decode(this.#servers.ledger.get(key)!.value))
      this.history.push({ atMs: this.atMs, process: by, event: 'written', token })
    }
    if (!key.startsWith(`${this.#prefix}/`)) return
    const { ledger } = this.#servers
    const line = ledger.list(this.#prefix).map((entry): Place => {
      const { createRevision: token, modRevision: written, session } = entry
      const known = this.#places.get(token)
      if (known?.written === written) return known
      const owner = known ?? { process: ledger.session(session!).owner, session: session! }
      const place = { token, written, process: owner.process, session: owner.session }
      this.#places.set(token, place)
      return place
    })
    this.history.push({ atMs: this.atMs, process: by, event: 'line', line, removed: removed?.createRevision })
  }

  /** A session that its holder counts on for longer than the store would keep it. */
  short({ id, owner }: Pick<SessionRecord, 'id' | 'owner'>, leftMs: number): void {
    this.history.push({ atMs: this.atMs, process: owner, event: 'short', session: id, leftMs })
  }

  expired({ id, owner }: SessionRecord, leftMs: number): void {
    this.history.push({ atMs: this.atMs, process: owner, event: 'expired', session: id, leftMs })
  }
}
