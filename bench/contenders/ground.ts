import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../scenario.js'
import { serverOf } from '../servers.js'
import type { BenchStore, Candidate, Contender, Place, Server } from './contender.js'
import { contenders } from './index.js'
import { RedisServer } from './redis-server.js'

/** What a scenario stands on: the contenders that can run, their servers, and the end of all that was started. */
export class Ground implements AsyncDisposable {
  readonly contenders: readonly Contender[]
  readonly #bench: Bench
  readonly #folder: string
  readonly #redis: RedisServer | undefined
  readonly #candidates = new Set<Promise<Candidate>>()
  readonly #unlink: () => void
  readonly #failed = new Set<Contender>()
  #lastStart: Promise<unknown> = Promise.resolve()

  private constructor(bench: Bench, able: Contender[], folder: string, redis: RedisServer | undefined) {
    this.#bench = bench
    this.contenders = able
    this.#folder = folder
    this.#redis = redis
    // Whoever waits for one of them then hears that it has ended.
    const stop = () => {
      this.#endAll().catch(() => undefined)
    }
    bench.signal.addEventListener('abort', stop)
    this.#unlink = () => bench.signal.removeEventListener('abort', stop)
  }

  /** Of all contenders those that are wanted; names those that cannot run. */
  static async prepare(bench: Bench, isWanted: (contender: Contender) => boolean): Promise<Ground> {
    const { stores } = bench
    const wanted = contenders.filter((each) => isWanted(each) && (stores?.includes(each.store) ?? true))
    let redis: RedisServer | undefined
    let whyNoRedis: string | undefined
    if (wanted.some(({ store }) => store === 'redis')) {
      redis = await RedisServer.start().catch((error: unknown) => {
        whyNoRedis = `no Redis: ${(error as Error).message}`
        return undefined
      })
    }
    const able: Contender[] = []
    for (const contender of wanted) {
      const why = contender.store === 'redis' ? whyNoRedis : await contender.missing?.()
      if (why === undefined) able.push(contender)
      else bench.missing(titleOf(contender), why)
    }
    return new Ground(bench, able, await mkdtemp(join(tmpdir(), 'eldest-bench-')), redis)
  }

  server(store: Exclude<BenchStore, 'local'>): Server {
    return store === 'redis' ? this.#redis!.server : serverOf(store)
  }

  /** Where the candidates of an election reach the store. */
  address({ store }: Contender, election: string): string {
    if (store === 'local') return join(this.#folder, `${election}.lmdb`)
    const { host, port } = this.server(store)
    return `${host}:${port}`
  }

  /** A name that was never used. */
  election(): string {
    return `bench${randomBytes(6).toString('hex')}`
  }

  /** Starts a candidate, which ends with the ground. */
  async start(contender: Contender, place: Place): Promise<Candidate> {
    // One after the other: a start takes all of a core, and those that stand already have sessions to keep.
    const starting = this.#lastStart.then(() => {
      this.#bench.signal.throwIfAborted()
      return contender.start(place)
    })
    this.#lastStart = starting.catch(() => undefined)
    this.#candidates.add(starting)
    return starting
  }

  /** Does something with a contender that has not failed yet; one that fails is named, and does nothing more. */
  async attempt(contender: Contender, work: () => Promise<void>): Promise<void> {
    if (this.#failed.has(contender)) return
    try {
      await work()
    } catch (error) {
      this.#bench.signal.throwIfAborted()
      this.#failed.add(contender)
      this.#bench.missing(titleOf(contender), `failed: ${(error as Error).message}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unlink()
    await this.#endAll()
    await this.#redis?.[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #endAll(): Promise<void> {
    const ends = [...this.#candidates].map(async (starting) => (await starting.catch(() => undefined))?.end())
    await Promise.all(ends)
  }
}

function titleOf({ name, store }: Contender): string {
  return `${name} on ${store}`
}
