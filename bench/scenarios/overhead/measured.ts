import type { Floor, Owned } from './floor.js'

const LISTED = 100
const VALUE = new Uint8Array(200).fill(120)

/** What is measured, in the order of a round. */
export const OPERATIONS = ['createOrdered', 'get', 'guarded put', `list of ${LISTED}`, 'watch delivery'] as const
export type Operation = (typeof OPERATIONS)[number]

/** Milliseconds, by the name of the figure. */
export type Times = Record<string, number[]>

/** One that is measured, with the keys that it has. */
export class Measured {
  readonly times: Times = {}
  readonly #floor: Floor
  readonly #watched: Owned
  #youngest: Owned
  #awaited: { round: number; seen: () => void } | undefined

  private constructor(floor: Floor, watched: Owned) {
    this.#floor = floor
    this.#watched = watched
    this.#youngest = watched
  }

  /** Creates what is listed, and what is watched. */
  static async prepare(floor: Floor): Promise<Measured> {
    for (let i = 0; i < LISTED; i++) await floor.createOrdered(`list/${i}`, VALUE)
    const measured = new Measured(floor, await floor.createOrdered('watched', numbered(-1)))
    await measured.#watched.watch((value) => measured.#see(value))
    return measured
  }

  async time(operation: Operation, round: number, counts: boolean): Promise<void> {
    const startMs = performance.now()
    const rest = await this.#do(operation, round)
    const ms = performance.now() - startMs
    if (counts) (this.times[`${operation}, ms`] ??= []).push(ms)
    await rest?.work
  }

  close(): Promise<void> {
    return this.#floor.close()
  }

  /** Resolves when it is done; to what goes on behind it. */
  async #do(operation: Operation, round: number): Promise<{ work: Promise<void> } | undefined> {
    if (operation === 'createOrdered') this.#youngest = await this.#floor.createOrdered(`k${round}`, VALUE)
    else if (operation === 'get') await this.#youngest.get()
    else if (operation === 'guarded put') await this.#youngest.put(VALUE)
    else if (operation === 'watch delivery') {
      const seen = new Promise<void>((seen) => (this.#awaited = { round, seen }))
      const work = this.#watched.put(numbered(round))
      await Promise.race([seen, work.then(() => seen)]) // a put that fails is never seen
      return { work }
    } else {
      const found = await this.#floor.list()
      if (found !== LISTED) throw new Error(`listed ${found} of ${LISTED}`)
    }
    return undefined
  }

  #see(value: Uint8Array): void {
    if (Buffer.from(value).readInt32BE() === this.#awaited?.round) this.#awaited.seen()
  }
}

/** A value that tells in which round it was written. */
function numbered(round: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(round)
  return bytes
}
