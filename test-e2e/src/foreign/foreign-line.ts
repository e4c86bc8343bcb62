import { type Candidate, type ConsensusStore, Election } from '@eldest/core'
import type { HistoryRecord } from '@eldest/simulator'
import { monotonicMs, pause, until } from '../waiting.js'
import type { Fault } from '../weather/faults.js'
import { ForeignPlace } from './foreign-place.js'
import type { ForeignStand, ForeignTool } from './foreign-tool.js'

export interface ForeignLineOptions {
  tool: ForeignTool
  store: ConsensusStore
  stand: Omit<ForeignStand, 'id'>
  history: HistoryRecord[]
  /** Some keys of the dead stay until the store ends their sessions, however long that takes. */
  isPatient: boolean
}

/** One dead candidate in so many is waited for: meanwhile nobody may lead. */
const WAITED_FOR = 5
/** A minute of lease; a new leader of etcd gives it again, so that no wait for it is sure to end. */
const WAIT_MS = 65_000
/** Until the store lets the key be deleted. */
const PATIENCE_MS = WAIT_MS + 60_000

/** Candidates of another tool in the line of ours. */
export class ForeignLine {
  readonly places: ForeignPlace[] = []
  readonly #options: ForeignLineOptions
  readonly #election: Election
  readonly #following: Promise<void>
  #burials = 0
  #isClosed = false

  constructor(options: ForeignLineOptions) {
    const { tool, store, stand } = options
    this.#options = options
    this.#election = new Election(store, stand.election, { layout: tool.layout })
    this.#following = this.#follow()
    this.#following.catch(() => undefined) // told by close()
  }

  /** One more. */
  add(): void {
    const { tool, stand, history } = this.#options
    this.places.push(new ForeignPlace(`x${this.places.length + 1}`, tool, stand, history))
  }

  /** How often one of them was elected. */
  get elections(): number {
    return this.#options.history.filter((each) => each.event === 'elected' && isForeign(each)).length
  }

  /** What may happen to them: their processes alone, since how late they learn of the rest is their own affair. */
  get faults(): Fault[] {
    return this.places.flatMap((place): Fault[] => {
      const fault = (kind: string, begin: Fault['begin'], end: Fault['end']): Fault => {
        return { kind: `another tool's ${kind}`, scope: place.id, lastsTtls: [0.1, 1.5], begin, end }
      }
      const bury = () => this.#bury(place)
      return [
        // One that asks servers without a quorum gives up, and leaves its key behind (`etcdctl`: request timed out).
        fault('terminated', () => place.terminate(), bury),
        fault('killed', () => place.kill(), bury),
      ]
    })
  }

  /** One that has ended by itself, which they do when their store fails them. */
  ended(place: ForeignPlace): Fault {
    const kind = "another tool's ended by itself"
    return { kind, scope: place.id, lastsTtls: [0, 1], begin: () => place.ended(), end: () => this.#bury(place) }
  }

  terminate(): void {
    for (const place of this.places) place.terminate()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const { candidate } of this.places) candidate.kill()
    await Promise.all(this.places.map(({ candidate }) => candidate.exited))
    await this.#following
  }

  /** Starts the next one when the key of the dead one is gone. */
  async #bury(place: ForeignPlace): Promise<void> {
    await place.candidate.exited
    const { tool, store, isPatient } = this.#options
    const isWaitedFor = !tool.lingers || (isPatient && ++this.#burials % WAITED_FOR === 0)
    const clearingMs = monotonicMs() + (isWaitedFor ? WAIT_MS : 0)
    const isGone = async () => {
      const keys = (await this.#read())?.filter(({ id }) => id === place.name)
      // Nobody stands behind it any more: an operator may clear it away.
      const clearing = monotonicMs() < clearingMs ? [] : keys
      for (const { entry } of clearing ?? []) await store.delete(entry.key).catch(() => undefined)
      if (keys?.length === 0) return true
      await pause(200)
      return false
    }
    await until(`the key of ${place.name} is gone`, isGone, PATIENCE_MS)
    place.start()
  }

  async #follow(): Promise<void> {
    const { history } = this.#options
    let read = 0
    while (!this.#isClosed) {
      await pause(25)
      const others = history.slice(read).filter((each) => each.event === 'elected' && !isForeign(each))
      if (others.length === 0 && !this.places.some(({ isInDoubt }) => isInDoubt)) {
        read = history.length
        continue
      }
      const [asked, askedMs] = [history.length, monotonicMs()]
      const line = await this.#read()
      if (!line) continue // the store does not answer: those elections are compared when it does
      read = asked
      for (const place of this.places) place.compare(line, askedMs, others[0]?.atMs)
    }
  }

  #read(): Promise<Candidate[] | undefined> {
    return this.#election.candidates().catch(() => undefined)
  }
}

function isForeign({ process }: HistoryRecord): boolean {
  return process.startsWith('x')
}
