import type { Bid, Crowd } from '../crowds/index.js'

/** A server that is asked by so many at once is not measured, but the queue before it. */
const AT_ONCE = 50

/** A leader, and a number of candidates that wait. */
export class Line {
  readonly #crowd: Crowd
  readonly #waiting = new Map<Bid, Promise<Bid>>()
  #leader: Bid
  #joined = 1

  private constructor(crowd: Crowd, leader: Bid) {
    this.#crowd = crowd
    this.#leader = leader
  }

  /** Resolves when so many stand, one of which leads. */
  static async form(crowd: Crowd, size: number): Promise<Line> {
    const leader = await crowd.stand('line', 'c0')
    await leader.elected
    const line = new Line(crowd, leader)
    const join = async () => {
      while (line.#joined < size) await line.fill()
    }
    await Promise.all(Array.from({ length: AT_ONCE }, join))
    return line
  }

  /** Resolves when the next one leads and the last leader is told that it leads no more. */
  async handOver(): Promise<void> {
    const next = Promise.race(this.#waiting.values())
    await Promise.all([next, this.#leader.resign()])
    this.#leader = await next
    this.#waiting.delete(this.#leader)
  }

  /** One more joins the line. */
  async fill(): Promise<void> {
    const bid = await this.#crowd.stand('line', `c${this.#joined++}`)
    const elected = bid.elected.then(() => bid)
    elected.catch(() => undefined) // closing ends those who wait
    this.#waiting.set(bid, elected)
  }
}
