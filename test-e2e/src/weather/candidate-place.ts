import type { HistoryRecord } from '@eldest/simulator'
import { CandidateProcess } from '../candidate-process.js'
import { type CandidateKind, type Programs, startCommand, startService } from '../candidate-programs.js'
import { CandidateNetwork } from './candidate-network.js'
import type { ServerCluster } from './server-cluster.js'

/** What the candidates of a storm have in common. */
export interface PlaceOptions {
  cluster: ServerCluster
  namespace: string
  election: string
  ttlMs: number
  /** Where the services write while they lead: outside, and in the store. */
  resource: string
  cursor: string
  history: HistoryRecord[]
  programs: Programs
  /** As `--layout` takes it: for commands alone. */
  layout?: string | undefined
}

/** How long the work of a service takes to settle, in TTLs: less than what it is given. */
const SETTLING_TTLS = 0.1

/** A place in the fleet: one candidate after the other, on a network of its own. */
export class CandidatePlace {
  readonly id: string
  readonly kind: CandidateKind
  readonly network: CandidateNetwork
  readonly past: CandidateProcess[] = []
  readonly #options: PlaceOptions

  private constructor(id: string, kind: CandidateKind, network: CandidateNetwork, options: PlaceOptions) {
    this.id = id
    this.kind = kind
    this.network = network
    this.#options = options
  }

  static async open(id: string, kind: CandidateKind, options: PlaceOptions): Promise<CandidatePlace> {
    const place = new CandidatePlace(id, kind, await CandidateNetwork.open(options.cluster.hosts), options)
    place.start()
    return place
  }

  /** The candidate that stands here now, or the last one that did. */
  get process(): CandidateProcess {
    return this.past.at(-1)!
  }

  get stands(): boolean {
    return this.#options.history.some(({ process }) => process === this.process.name)
  }

  start(): void {
    const { cluster, namespace, election, ttlMs, resource, cursor, history, programs, layout } = this.#options
    const url = `${cluster.backend}://${this.network.hosts}/${namespace}`
    const common = { url, election, id: this.id, ttlMs }
    const program =
      this.kind === 'command'
        ? startCommand({ ...common, layout }, programs.command)
        : startService({ ...common, resource, cursor, settlingMs: SETTLING_TTLS * ttlMs }, programs.service)
    this.past.push(new CandidateProcess(`${this.id}#${this.past.length + 1}`, program, history))
  }

  /** Starts the candidate again if it has ended by itself, as a supervisor would. */
  revive(): void {
    if (!this.process.running) this.start()
  }

  async close(): Promise<void> {
    if (this.process.running) this.process.kill()
    await Promise.all(this.past.map(({ exited }) => exited))
    await this.network.close()
  }
}
