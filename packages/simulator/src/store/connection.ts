import { ConsensusError } from '@eldest/core'
import { abortable } from '@eldest/core/adapter'
import type { SimulatedProcess } from '../world/simulated-process.js'
import type { World } from '../world/world.js'
import type { Profile } from './profile.js'
import type { Need, Servers, Standpoint, Watcher } from './servers.js'

/** What is wrong between one process and the servers. */
export interface Trouble {
  /** Requests do not arrive. */
  requestsCut: boolean
  /** Answers, and what watches tell, do not arrive. */
  answersCut: boolean
  /** Only this server can be reached. */
  only: number | undefined
  /** Added to the latency of each message, at most, in milliseconds. */
  slowMs: number
  /** The share of the messages that get lost. */
  loss: number
  /** The share of the requests that arrive twice. */
  doubled: number
  /** Added to the time after which a watch tells, at most, in milliseconds. */
  watchLagMs: number
}

const NO_TROUBLE: Trouble = {
  requestsCut: false,
  answersCut: false,
  only: undefined,
  slowMs: 0,
  loss: 0,
  doubled: 0,
  watchLagMs: 0,
}

/** One process's way to the servers. */
export class Connection {
  readonly trouble: Trouble = { ...NO_TROUBLE }
  readonly process: SimulatedProcess
  readonly #world: World
  readonly #servers: Servers
  readonly #profile: Profile
  readonly #watchers = new Set<Watcher>()
  #lastArrivalMs = 0

  constructor(world: World, process: SimulatedProcess, servers: Servers, profile: Profile) {
    this.#world = world
    this.process = process
    this.#servers = servers
    this.#profile = profile
  }

  /** All is well again; watches that missed something hear of their connection's end. */
  heal(): void {
    Object.assign(this.trouble, NO_TROUBLE)
    this.#servers.breakWatches(this.#watchers)
    this.#watchers.clear()
  }

  /**
   * One request to one server. It may never settle: whoever asks has a deadline. `whileAwaited`: the server knows when
   * nobody waits for it any more, and does not serve it then.
   */
  send<T>(server: number, need: Need, operation: (at: Standpoint) => T, whileAwaited?: AbortSignal): Promise<T> {
    const { random } = this.#world
    return new Promise<T>((resolve, reject) => {
      const { loss, doubled } = this.trouble
      const requestsCut = this.#cutFrom(server)
      if (requestsCut && random.chance(0.5)) {
        this.#answer(() => reject(new ConsensusError('UNAVAILABLE', `server ${server} cannot be reached`)))
        return
      }
      if (requestsCut || random.chance(loss)) {
        this.#lose(reject)
        return
      }
      let answered = false
      const serve = (at: Standpoint) => {
        if (whileAwaited && (whileAwaited.aborted || answered)) return
        let outcome: () => void
        try {
          const value = operation(at)
          outcome = () => resolve(value)
        } catch (error) {
          outcome = () => reject(error)
        }
        answered = true
        if (random.chance(this.trouble.loss)) this.#lose(reject)
        else this.#answer(outcome)
      }
      const arrive = () => this.#servers.receive(server, need, serve)
      this.#later(arrive)
      if (random.chance(doubled)) this.#later(arrive)
    })
  }

  /** Resolves when something has changed since the revision, or when the connection's end makes it worth asking. */
  async changes(server: number, keyOrPrefix: string, revision: bigint, signal: AbortSignal): Promise<void> {
    let unwatch = () => {}
    let over = false
    const told = new Promise<void>((resolve, reject) => {
      const { random } = this.#world
      const watcher: Watcher = {
        server,
        keyOrPrefix,
        revision,
        tell: (outcome, withinMs) => {
          const lagMs = random.between(0, this.trouble.watchLagMs)
          this.#world.later(withinMs + lagMs + this.#latency(), () => {
            if (outcome === 'changed' && this.trouble.answersCut) {
              // Lost with the connection, whose end is noticed some time.
              this.#watchers.add(watcher)
              this.#world.later(random.between(...this.#profile.silentWatchMs), () => watcher.tell('broken', 0))
              return
            }
            const settle = () => {
              if (outcome === 'changed') resolve()
              else reject(new ConsensusError('UNAVAILABLE', `the watch of ${keyOrPrefix} has ended`))
            }
            this.process.enter('network', settle)
          })
        },
      }
      this.#later(() => {
        if (over) return
        if (this.#cutFrom(server)) {
          watcher.tell('broken', random.between(...this.#profile.silentWatchMs))
          return
        }
        this.#watchers.add(watcher)
        const remove = this.#servers.watch(watcher)
        unwatch = () => {
          this.#watchers.delete(watcher)
          remove()
        }
      })
    })
    try {
      await abortable(told, signal)
    } finally {
      over = true
      unwatch()
    }
  }

  #cutFrom(server: number): boolean {
    const { requestsCut, only } = this.trouble
    return requestsCut || (only !== undefined && only !== server)
  }

  #latency(): number {
    const { random } = this.#world
    const usualMs = random.between(...this.#profile.latencyMs)
    return this.trouble.slowMs === 0 ? usualMs : usualMs + random.between(0, this.trouble.slowMs)
  }

  /** Towards the servers. */
  #later(arrive: () => void): void {
    let atMs = this.#world.nowMs + this.#latency()
    if (this.#profile.inOrder) {
      atMs = Math.max(atMs, this.#lastArrivalMs + 0.001)
      this.#lastArrivalMs = atMs
    }
    this.#world.later(atMs - this.#world.nowMs, arrive)
  }

  /** From the servers. */
  #answer(settle: () => void): void {
    this.#world.later(this.#latency(), () => {
      if (!this.trouble.answersCut) this.process.enter('network', settle)
    })
  }

  /** Nobody hears of it again, or of the connection's end alone. */
  #lose(reject: (error: Error) => void): void {
    if (this.#world.random.chance(0.5)) return
    this.#answer(() => reject(new ConsensusError('OUTCOME_UNKNOWN', 'the connection has ended')))
  }
}
