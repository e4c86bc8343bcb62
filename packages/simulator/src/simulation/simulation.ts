import { Election, SharedSession, worstCaseFailoverMs } from '@eldest/core'
import type { HistoryRecord } from '../judge/history.js'
import { judge, type Judgement } from '../judge/judgement.js'
import { lineText } from '../judge/watches.js'
import { Random } from '../random.js'
import { Connection } from '../store/connection.js'
import { type Profile, profiles } from '../store/profile.js'
import type { SessionRecord } from '../store/ledger.js'
import { Servers } from '../store/servers.js'
import { SimulatedStore } from '../store/simulated-store.js'
import { SimulatedProcess } from '../world/simulated-process.js'
import { World } from '../world/world.js'
import { Candidate } from './candidate.js'
import { CALM_AT, type Plan, SLOWEST_RATE } from './plan.js'
import { Recorder } from './recorder.js'
import { Weather } from './weather.js'

const ELECTION = 'work'

/** Between two audits, in TTLs; no divisor of any renewal's interval. */
const AUDIT = 0.137

/** How late a timer may be, several of them one after the other. */
const WAKING_MS = 5

/** What a simulation came to. */
export interface Outcome extends Judgement {
  plan: Plan
  history: HistoryRecord[]
  /** How much happened in it: timers and messages. */
  happened: number
  /** How much time passed in it, in milliseconds. */
  lastedMs: number
}

/** A process with what it holds. */
export interface Node {
  readonly process: SimulatedProcess
  readonly connection: Connection
  readonly store: SimulatedStore
  readonly election: Election
  readonly candidate: Candidate | undefined
}

/** The processes of one plan: candidates in places, where each start is another process, an observer, an operator. */
export class Simulation {
  readonly plan: Plan
  readonly profile: Profile
  readonly world: World
  readonly servers: Servers
  readonly recorder: Recorder
  /** The present process of each place. */
  readonly candidates: Node[]
  readonly observer: Node
  readonly operator: Node
  #isAtRest = false
  /** What the observer saw last. */
  #seen = ''
  readonly #starts = new Map<string, number>()

  constructor(plan: Plan) {
    this.plan = plan
    this.profile = profiles[plan.profile]
    this.world = new World(plan.seed)
    this.servers = new Servers(this.world, this.profile)
    this.recorder = new Recorder(this.world, this.servers, `elections/${ELECTION}`)
    this.servers.onChange = (change) => this.recorder.changed(change)
    this.servers.upkeep.onExpiry = (session) => {
      this.recorder.expired(session, this.#countedOnMs(session))
    }
    this.candidates = plan.rates.map((rate, place) => this.#node(`n${place + 1}`, rate, true))
    this.observer = this.#node('observer', 1, false)
    this.operator = this.#node('operator', 1, false)
  }

  /** Runs it to its end and judges it. */
  async run(): Promise<Outcome> {
    const { world, plan, profile } = this
    const { ttlMs } = plan
    const recoveryMs = worstCaseFailoverMs(profile.capabilities, ttlMs)
    for (const node of this.candidates) this.#start(node, world.random.between(0, ttlMs / 2))
    world.later(0, () => this.observer.process.enter('network', () => this.#observe()))
    const weather = new Weather(this)
    weather.schedule()
    this.#audit()
    await world.run(CALM_AT * ttlMs)
    weather.calm()
    for (const { candidate } of this.candidates) candidate!.settleDown()
    const restMs = world.nowMs + ttlMs
    await world.run(recoveryMs + ttlMs / 2, () => this.#isAtRest && world.nowMs > restMs)
    const endMs = world.nowMs
    this.#count(this.candidates.map(({ process }) => process.name))
    for (const { process } of this.candidates) {
      world.later(0, () => process.enter('network', () => process.stop.abort(new Error('told to end'))))
    }
    const isOver = () => this.candidates.every(({ candidate }) => candidate!.over)
    await world.run(2 * ttlMs + recoveryMs, isOver)
    for (const { process, candidate } of this.candidates) {
      if (!candidate!.over) this.#failed(process, new Error('it did not end when it was told to'))
    }
    this.#count([])
    const { requestTimeoutMs } = profile.capabilities
    const promises = { recoveryMs, endMs, wakingMs: WAKING_MS, stopMs: ttlMs / 3 - WAKING_MS, requestTimeoutMs }
    const { history } = this.recorder
    return { ...judge(history, promises), plan, history, happened: world.happened, lastedMs: world.nowMs }
  }

  /** Starts the program of a place again, as another process. */
  restart(place: number): void {
    const { process } = this.candidates[place]!
    const node = this.#node(process.name.split('#')[0]!, process.rate, true)
    this.candidates[place] = node
    this.#start(node, 0)
  }

  /** Tells of what the weather does. */
  note(event: 'killed' | 'stopped' | 'continued' | 'fault' | 'mended', process: string, what?: string): void {
    this.recorder.add({ atMs: this.world.nowMs, process, event, ...(what === undefined ? {} : { what }) })
  }

  #node(place: string, rate: number, stands: boolean): Node {
    const start = (this.#starts.get(place) ?? 0) + 1
    this.#starts.set(place, start)
    const { world, servers, profile, plan } = this
    const process = new SimulatedProcess(world, `${place}#${start}`, rate)
    const connection = new Connection(world, process, servers, profile)
    const server = world.random.below(servers.count)
    const lateCreations = !plan.sharedSession
    const store = new SimulatedStore({ connection, servers, profile, server, lateCreations })
    const { clock } = process
    const { ttlMs } = plan
    const election = plan.sharedSession
      ? new Election(store, ELECTION, { id: place, session: new SharedSession(store, { ttlMs }), clock })
      : new Election(store, ELECTION, { id: place, ttlMs, clock })
    if (rate < SLOWEST_RATE) this.recorder.add({ atMs: world.nowMs, process: process.name, event: 'drifts' })
    const random = new Random(plan.seed).fork(16 + this.#starts.size * 64 + start)
    const candidate = new Candidate({
      process,
      election,
      random,
      ttlMs,
      mayOverrun: !plan.sharedSession,
      tell: (event, token, details) => this.recorder.tell(process.name, event, token, details),
      failed: (error) => this.#failed(process, error),
    })
    return { process, connection, store, election, candidate: stands ? candidate : undefined }
  }

  #start({ process, candidate }: Node, delayMs: number): void {
    this.world.later(delayMs, () => process.enter('network', () => candidate!.start()))
  }

  /** Compares, time and again, what the holders of sessions count on with what the store would do if it grew silent. */
  #audit(): void {
    for (const { process, store } of this.candidates) {
      const session = store.sessions.at(-1)
      const keptMs = session && this.servers.upkeep.keptMs(session.id)
      if (!session || keptMs === undefined) continue
      const record = { id: session.id, owner: process.name }
      const leftMs = this.#countedOnMs(record) / process.rate - keptMs
      if (leftMs > 0) this.recorder.short(record, leftMs)
    }
    this.#isAtRest = this.#looksAtRest()
    this.world.later(this.plan.ttlMs * AUDIT, () => this.#audit())
  }

  /** Each candidate stands once, the eldest leads and nobody else does, the observer sees it: nothing more to wait for. */
  #looksAtRest(): boolean {
    const line = this.servers.ledger.list(this.operator.election.prefix)
    if (line.length !== this.candidates.length) return false
    const leaders = this.candidates.filter(({ candidate }) => candidate!.leads !== undefined)
    if (leaders.length !== 1 || leaders[0]!.candidate!.leads !== line[0]!.createRevision) return false
    const places = line.map(({ createRevision, modRevision }) => ({ token: createRevision, written: modRevision }))
    if (lineText(places) !== this.#seen) return false
    return new Set(line.map(({ session }) => this.servers.ledger.session(session!).owner)).size === line.length
  }

  /** What the holder of a session counts on; looking is left out where nothing of it runs. */
  #countedOnMs({ id, owner }: Pick<SessionRecord, 'id' | 'owner'>): number {
    const node = [...this.candidates, this.observer, this.operator].find(({ process }) => process.name === owner)
    const session = node?.store.sessions.find((each) => each.id === id)
    if (!node || !session || !node.process.alive || node.process.paused) return 0
    let leftMs = 0
    node.process.enter('network', () => (leftMs = session.remainingMs()))
    return leftMs
  }

  #observe(): void {
    const { process, election } = this.observer
    const follow = async () => {
      for await (const { candidates } of election.observe()) {
        const line = candidates.map(({ entry }) => ({ token: entry.createRevision, written: entry.modRevision }))
        this.#seen = lineText(line)
        this.recorder.add({ atMs: this.world.nowMs, process: process.name, event: 'seen', line: this.#seen })
      }
    }
    follow().catch((error: unknown) => this.#failed(process, error))
  }

  #count(expected: string[]): void {
    this.recorder.add({ atMs: this.world.nowMs, process: 'store', event: 'counted', expected })
  }

  #failed({ name }: SimulatedProcess, error: unknown): void {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.recorder.add({ atMs: this.world.nowMs, process: name, event: 'failed', what })
  }
}

/** Runs one plan. The same plan gives the same history, byte for byte. */
export async function simulate(plan: Plan): Promise<Outcome> {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0 // a sixth of the time goes into traces that nobody reads
  try {
    const outcome = await new Simulation(plan).run()
    await new Promise((resolve) => setImmediate(resolve)) // Node tells of them once it turns its event loop
    for (const reason of unhandled) {
      const what = `a rejection that nobody handled: ${reason instanceof Error ? reason.message : String(reason)}`
      outcome.violations.push(what)
      outcome.broken.push({ promise: 'nothing hidden', what })
    }
    return outcome
  } finally {
    process.off('unhandledRejection', onUnhandled)
    Error.stackTraceLimit = stackTraceLimit
  }
}
