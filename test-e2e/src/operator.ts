import { type Candidate, type ConsensusStore, Election, type ElectionLayout } from '@eldest/core'
import type { HistoryRecord } from '@eldest/simulator'
import { monotonicMs, until } from './waiting.js'

export interface OperatorOptions {
  store: ConsensusStore
  election: string
  layout?: ElectionLayout | undefined
  history: HistoryRecord[]
  /** The candidates that may be meddled with. Default: all. */
  ids?: readonly string[]
  /** The process that stands as this id now. */
  processOf: (id: string) => string
}

const PATIENCE_MS = 20_000

/** Meddles with leaders by hand, and writes down whose key went by it: that is no fault of the election. */
export class Operator {
  readonly #options: OperatorOptions
  readonly #election: Election

  constructor(options: OperatorOptions) {
    this.#options = options
    const { store, election, layout } = options
    this.#election = new Election(store, election, layout ? { layout } : {})
  }

  /** Whether the layout has room for asking a candidate to step down. */
  get asks(): boolean {
    return this.#options.layout === undefined || this.#options.layout.withEviction !== undefined
  }

  /** The safe way: the leader is asked to step down, and stops first. Nothing of it excuses anybody. */
  async evictLeader(): Promise<void> {
    const leader = await this.#leader()
    if (leader) await this.#election.evict(leader.id)
  }

  /** Without asking, with the store's own tools. */
  async deleteLeadersKey(): Promise<void> {
    await this.#depose(({ entry }) => this.#options.store.delete(entry.key))
  }

  /** Without asking; `end` ends a session with the store's own tools. */
  async endLeadersSession(end: (session: string) => Promise<unknown>): Promise<void> {
    await this.#depose(({ entry }) => end(entry.session!))
  }

  async #leader(): Promise<Candidate | undefined> {
    const [leader] = await this.#election.candidates()
    const { ids } = this.#options
    return leader && (ids?.includes(leader.id) ?? true) ? leader : undefined
  }

  async #depose(how: (leader: Candidate) => Promise<unknown>): Promise<void> {
    const leader = await this.#leader()
    if (!leader) return
    const { store, history, processOf } = this.#options
    const { entry, fencingToken: token } = leader
    const place = { token, written: entry.modRevision, process: processOf(leader.id), session: entry.session ?? '' }
    const atMs = monotonicMs()
    const failure = await how(leader).catch((error: unknown) => error)
    const key = { isGone: false }
    const answers = async () => {
      try {
        key.isGone = (await store.get(entry.key))?.createRevision !== entry.createRevision
        return true
      } catch {
        return false
      }
    }
    // Whatever became of the request: the key is gone or not.
    await until(`the store tells whether a key is gone (${String(failure)})`, answers, PATIENCE_MS)
    if (!key.isGone) return
    history.push({ atMs, process: 'operator', event: 'line', line: [place] })
    history.push({ atMs, process: 'operator', event: 'line', line: [], removed: token })
  }
}
