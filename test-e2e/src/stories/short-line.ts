import { randomBytes } from 'node:crypto'
import { connect, type ConsensusStore, worstCaseFailoverMs } from '@eldest/core'
import type { CandidateRecord, HistoryRecord, PromiseName, Violation } from '@eldest/simulator'
import { judgedSoFar } from '../judged-so-far.js'
import { CandidateProcess } from '../candidate-process.js'
import { type Programs, startCommand, startService } from '../candidate-programs.js'
import { Operator } from '../operator.js'
import { ProtectedResource } from '../protected-resource.js'
import { monotonicMs, pause, until } from '../waiting.js'
import type { WritingService } from '../writing-service.js'

export interface ShortLineOptions {
  url: string
  ttlMs: number
  /** Of a mutant. Default: as they are built. */
  programs?: Programs | undefined
}

const PATIENCE_MS = 60_000
const CURSOR = 'cursor'

/** A few candidates in one line, for a story that is aimed at one promise. */
export class ShortLine {
  readonly url: string
  readonly ttlMs: number
  readonly history: HistoryRecord[] = []
  readonly operator: Operator
  readonly #election = `story-${randomBytes(4).toString('hex')}`
  readonly #programs: Programs | undefined
  readonly #store: ConsensusStore
  readonly #resource: ProtectedResource
  readonly #all: CandidateProcess[] = []

  private constructor(options: ShortLineOptions, store: ConsensusStore, resource: ProtectedResource) {
    const { url, ttlMs, programs } = options
    this.url = url
    this.ttlMs = ttlMs
    this.#programs = programs
    this.#store = store
    this.#resource = resource
    const processOf = (id: string) => id
    this.operator = new Operator({ store, election: this.#election, history: this.history, processOf })
  }

  static async open(options: ShortLineOptions): Promise<ShortLine> {
    const store = await connect(options.url)
    return new ShortLine(options, store, await ProtectedResource.listen({ fencing: true }))
  }

  /** Starts the command, and waits until it stands in its place. */
  command(id: string): Promise<CandidateProcess> {
    const { url, ttlMs } = this
    return this.#add(id, startCommand({ url, election: this.#election, id, ttlMs }, this.#programs?.command))
  }

  /** Starts a service, and waits until it stands in its place. */
  service(id: string, options: Partial<WritingService> = {}): Promise<CandidateProcess> {
    const { url, ttlMs } = this
    const common = { url, election: this.#election, id, ttlMs, resource: this.#resource.url, cursor: CURSOR }
    return this.#add(id, startService({ ...common, ...options }, this.#programs?.service))
  }

  /** What a candidate has said; waits until it does. */
  async said({ name, stderr }: CandidateProcess, event: CandidateRecord['event']): Promise<CandidateRecord> {
    const find = () => this.history.find((one): one is CandidateRecord => one.process === name && one.event === event)
    await until(`${name} is ${event} ${stderr}`, () => find() !== undefined, PATIENCE_MS)
    return find()!
  }

  /** Lets them be for a TTL; or, where a promise is to be broken, until it is. */
  async letBe(promise: PromiseName): Promise<void> {
    if (this.#programs) await until(`${promise} is broken`, () => this.breaks(promise), PATIENCE_MS)
    else await pause(this.ttlMs)
  }

  /** The token with which the services have written last, read from the store and put into the history. */
  async readCursor(): Promise<bigint | undefined> {
    const entry = await this.#store.get(CURSOR)
    if (!entry) return undefined
    const token = BigInt(Buffer.from(entry.value).toString())
    this.history.push({ atMs: monotonicMs(), process: CURSOR, event: 'accepted', token })
    return token
  }

  /** Whether a promise has been broken by now. */
  breaks(promise: PromiseName): boolean {
    return this.violations().some((violation) => violation.promise === promise)
  }

  /** Held against what is documented, and that a leader is told before its time is over. */
  violations(): Violation[] {
    const recoveryMs = worstCaseFailoverMs(this.#store.capabilities, this.ttlMs)
    return judgedSoFar(this.history, { recoveryMs, stopMs: 1 })
  }

  async close(): Promise<void> {
    for (const each of this.#all) each.kill()
    await Promise.all(this.#all.map(({ exited }) => exited))
    await this.#resource.close()
    await this.#store.close()
  }

  async #add(id: string, program: ConstructorParameters<typeof CandidateProcess>[1]): Promise<CandidateProcess> {
    const candidate = new CandidateProcess(id, program, this.history)
    this.#all.push(candidate)
    const stands = () => {
      if (!candidate.running) throw new Error(`${id} has ended by itself: ${candidate.stderr}`)
      return this.history.some(({ process }) => process === id)
    }
    await until(`${id} stands`, stands, PATIENCE_MS)
    return candidate
  }
}
