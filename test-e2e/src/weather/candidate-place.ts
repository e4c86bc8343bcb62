import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { HistoryRecord } from '@eldest/simulator'
import { CandidateProcess } from '../candidate-process.js'
import { startEldest } from '../eldest-command.js'
import { CandidateNetwork } from './candidate-network.js'
import type { ServerCluster } from './server-cluster.js'

const service = fileURLToPath(new URL('writing-service.ts', import.meta.url))

/** What the candidates of a storm have in common. */
export interface PlaceOptions {
  cluster: ServerCluster
  namespace: string
  ttlMs: number
  /** Where the services write while they lead. */
  resource: string
  history: HistoryRecord[]
  /** The file that starts the `eldest` command. Default: as it is built. */
  command?: string | undefined
}

/** What stands in a place: the `eldest` command, or a service written with the library. */
export type CandidateKind = 'command' | 'service'

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

  start(): void {
    const { cluster, namespace, ttlMs, resource, history, command } = this.#options
    const url = `${cluster.backend}://${this.network.hosts}/${namespace}`
    const program =
      this.kind === 'command'
        ? startEldest(['campaign', 'storm', '--store', url, '--ttl', `${ttlMs}ms`, '--id', this.id, '--json'], {
            main: command,
          })
        : spawn(
            process.execPath,
            ['--unhandled-rejections=strict', '--import', 'tsx', service, url, resource, this.id, String(ttlMs)],
            { stdio: ['pipe', 'pipe', 'pipe'] },
          )
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
