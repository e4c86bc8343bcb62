import type { Clock, ConsensusStore } from '@eldest/core'
import { Connection } from '../store/connection.js'
import { type Profile, type ProfileName, profiles } from '../store/profile.js'
import { Servers } from '../store/servers.js'
import { SimulatedStore } from '../store/simulated-store.js'
import { SimulatedProcess } from '../world/simulated-process.js'
import { World } from '../world/world.js'

/** What a program under test gets in place of the machine. */
export interface Surroundings {
  store: ConsensusStore
  /** Virtual: hand it to the election, and use it for every pause of your own. */
  clock: Clock
  /** Fires when the node is told to stop. */
  signal: AbortSignal
}

/** What one node runs. */
export type Program = (surroundings: Surroundings) => Promise<unknown>

/**
 * Nodes that run a program of yours against a simulated store, in virtual time: a test of a fail-over that takes
 * milliseconds, and goes the same way each time. The program must get its time from the clock and do no I/O of its
 * own; chance and the wall clock are the simulation's while it runs.
 */
export class SimulatedCluster {
  readonly #world: World
  readonly #servers: Servers
  readonly #profile: Profile

  /** `profile`: whose behaviour the store has. Default `strict`. */
  constructor({ seed, profile = 'strict' }: { seed: number; profile?: ProfileName }) {
    this.#profile = profiles[profile]
    this.#world = new World(seed)
    this.#servers = new Servers(this.#world, this.#profile)
  }

  /** Virtual milliseconds since the beginning. */
  get nowMs(): number {
    return this.#world.nowMs
  }

  /** Starts a node; its program begins with the next `run`. */
  start(name: string, program: Program): SimulatedNode {
    const process = new SimulatedProcess(this.#world, name)
    const connection = new Connection(this.#world, process, this.#servers, this.#profile)
    const server = this.#world.random.below(this.#servers.count)
    const parts = { connection, servers: this.#servers, profile: this.#profile, server, lateCreations: true }
    const node = new SimulatedNode(process, connection)
    const store = new SimulatedStore(parts)
    const { clock, stop } = process
    const run = async () => program({ store, clock, signal: stop.signal })
    this.#world.later(0, () =>
      process.enter('network', () => {
        run().then(
          () => (node.ended = true),
          (error: unknown) => (node.failure = { error }),
        )
      }),
    )
    return node
  }

  /** Lets that much virtual time pass; `until`: no longer than it takes. */
  async run(durationMs: number, until?: () => boolean): Promise<void> {
    await this.#world.run(durationMs, until)
  }
}

/** One node of a {@link SimulatedCluster}, and what can be done to it. */
export class SimulatedNode {
  /** The program has come to its end. */
  ended = false
  /** What the program failed with. */
  failure: { error: unknown } | undefined
  readonly #process: SimulatedProcess
  readonly #connection: Connection

  constructor(process: SimulatedProcess, connection: Connection) {
    this.#process = process
    this.#connection = connection
  }

  get name(): string {
    return this.#process.name
  }

  /** Cuts it off from the store. */
  partition(): void {
    Object.assign(this.#connection.trouble, { requestsCut: true, answersCut: true })
  }

  heal(): void {
    this.#connection.heal()
  }

  /** Stops it where it is, as SIGSTOP or a suspended machine do. */
  pause(): void {
    this.#process.pause()
  }

  resume(): void {
    this.#process.resume('in order')
  }

  /** Kills it: nothing of it runs any more. */
  crash(): void {
    this.#process.crash()
  }

  /** Tells its program to end, by the signal it was given. */
  stop(): void {
    this.#process.enter('network', () => this.#process.stop.abort(new Error(`${this.name} was told to stop`)))
  }
}
