import { type CrowdKind, crowdKinds } from '../crowds/index.js'
import { median } from '../report/spread.js'
import type { Bench, Row, Scenario } from '../scenario.js'
import { attempt } from './attempt.js'
import { gather } from './gathering.js'

const SIZES = { full: [100, 1000], quick: [100] }
const ROUNDS = { full: 10, quick: 2 }
const LIMIT_MS = { full: 40_000, quick: 20_000 }
const TTL_MS = 3_600_000

/** How long news takes to reach everybody. */
export const observers: Scenario = {
  name: 'observers',
  title: 'Observers: how long until the last one knows the new leader',
  about:
    'One election with a leader and one candidate behind it, and many observers in one process on one client: from ' +
    '`resign` until the last of them has told the new leader; the median of several hand-overs.',
  async run(bench) {
    const rows: Row[] = crowdKinds.map(({ store, contender }) => ({ store, contender, figures: {} }))
    for (const size of bench.quick ? SIZES.quick : SIZES.full) {
      for (const [i, kind] of crowdKinds.entries()) {
        bench.signal.throwIfAborted()
        const lastMs = await newsToTheLast(kind, size, bench)
        rows[i]!.figures[`last of ${size}, median, ms`] = lastMs
        bench.progress(`${size} on ${kind.store}, ${kind.contender}, ms: ${lastMs}`)
      }
    }
    return rows
  },
}

function newsToTheLast(kind: CrowdKind, size: number, bench: Bench) {
  return attempt(bench.quick ? LIMIT_MS.quick : LIMIT_MS.full, bench.signal, (signal) =>
    gather({ kind, ttlMs: TTL_MS, signal }, async (crowd) => {
      let leader = await crowd.stand('news', 'c0')
      await leader.elected
      const news = new News(size)
      const follow = (i: number) => crowd.observe('news', (id) => news.tell(i, id))
      for (let i = 0; i < size; i += 50) {
        await Promise.all(Array.from({ length: Math.min(50, size - i) }, (_, j) => follow(i + j)))
      }
      const times: number[] = []
      for (let round = 1; round <= (bench.quick ? ROUNDS.quick : ROUNDS.full); round++) {
        bench.signal.throwIfAborted()
        const next = await crowd.stand('news', `c${round}`)
        await new Promise((resolve) => setTimeout(resolve, 100)) // that it has joined is news, too
        const startMs = performance.now()
        const told = news.all(`c${round}`)
        const [atMs] = await Promise.all([told, leader.resign(), next.elected])
        times.push(atMs - startMs)
        leader = next
      }
      return median(times)
    }),
  )
}

/** What each observer has told last. */
class News {
  readonly #size: number
  #awaited: { id: string; heard: Set<number>; done: (atMs: number) => void } | undefined

  constructor(size: number) {
    this.#size = size
  }

  tell(observer: number, leader: string): void {
    if (leader !== this.#awaited?.id) return
    this.#awaited.heard.add(observer)
    if (this.#awaited.heard.size === this.#size) this.#awaited.done(performance.now())
  }

  /** Resolves to the time at which the last observer tells of this leader. */
  all(id: string): Promise<number> {
    return new Promise((done) => (this.#awaited = { id, heard: new Set(), done }))
  }
}
