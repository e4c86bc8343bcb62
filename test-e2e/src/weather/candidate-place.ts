import { CandidateProcess } from '../candidate-process.js'
import type { HistoryRecord } from '../history.js'
import { CandidateNetwork } from './candidate-network.js'
import type { ServerCluster } from './server-cluster.js'

/** What the candidates of a storm have in common. */
export interface PlaceOptions {
  cluster: ServerCluster
  namespace: string
  ttlMs: number
  history: HistoryRecord[]
}

/** A place in the fleet: one candidate after the other, on a network of its own. */
export class CandidatePlace {
  readonly id: string
  readonly network: CandidateNetwork
  readonly past: CandidateProcess[] = []
  readonly #options: PlaceOptions

  private constructor(id: string, network: CandidateNetwork, options: PlaceOptions) {
    this.id = id
    this.network = network
    this.#options = options
  }

  static async open(id: string, options: PlaceOptions): Promise<CandidatePlace> {
    const place = new CandidatePlace(id, await CandidateNetwork.open(options.cluster.hosts), options)
    place.start()
    return place
  }

  /** The candidate that stands here now, or the last one that did. */
  get process(): CandidateProcess {
    return this.past.at(-1)!
  }

  start(): void {
    const { cluster, namespace, ttlMs, history } = this.#options
    const url = `${cluster.backend}://${this.network.hosts}/${namespace}`
    const args = ['storm', '--store', url, '--ttl', `${ttlMs}ms`, '--id', this.id]
    this.past.push(new CandidateProcess(`${this.id}#${this.past.length + 1}`, args, history))
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
