import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Leadership } from '../../src/index.js'
import { Cluster, type Node, TTL } from '../cluster.js'
import { Pending } from '../pending.js'
import { seededRandom } from '../random.js'

const CANDIDATES = 6
const STEPS = 250

/** Candidates under `run`, faults from one seed, and the promises checked at every grant. */
class Storm {
  readonly cluster = new Cluster()
  readonly operator = this.cluster.node('operator')
  readonly terms: Leadership[] = []
  readonly violations: string[] = []
  readonly runs = new Map<Node, { stop: AbortController; run: Pending<void> }>()
  readonly #random: () => number
  #born = 0

  constructor(random: () => number) {
    this.#random = random
  }

  get leaders(): Leadership[] {
    return this.terms.filter(({ signal }) => !signal.aborted)
  }

  join(): void {
    const node = this.cluster.node(`n${this.#born++}`)
    const stop = new AbortController()
    this.runs.set(node, {
      stop,
      run: new Pending(node.election.run((term) => this.#lead(term), { signal: stop.signal })),
    })
  }

  async step(): Promise<void> {
    const nodes = [...this.runs.keys()]
    const node = nodes[this.#below(nodes.length)]!
    const fault = this.#random()
    if (fault < 0.25) node.link.cut()
    else if (fault < 0.55) node.link.heal()
    else if (fault < 0.65) node.link.loseNextAnswer()
    else if (fault < 0.75) this.#endSession(node)
    else if (fault < 0.85) new Pending(this.operator.election.evict(node.id))
    else if (fault < 0.92) this.#leave(node)
    if (this.runs.size < CANDIDATES) this.join()
    await this.cluster.clock.advance(this.#random() * this.#random() * TTL)
    this.#atMostOne('between two faults')
  }

  /** The leader's work: it takes its time to stop, sometimes for ever longer than it has. */
  async #lead(term: Leadership): Promise<void> {
    this.#atMostOne(`when ${term.id} is elected`, term)
    if (this.terms.some(({ fencingToken }) => fencingToken >= term.fencingToken))
      this.violations.push('token did not rise')
    const [eldest] = this.cluster.server.list('elections/work')
    if (eldest && eldest.createRevision < term.fencingToken) this.violations.push(`${eldest.key} was overtaken`)
    this.terms.push(term)
    if (!term.signal.aborted) await new Promise((resolve) => term.signal.addEventListener('abort', resolve))
    const pauseMs = this.#random() < 0.5 ? 0 : this.#random() * TTL
    await new Promise<void>((resolve) => this.cluster.clock.setTimeout(resolve, pauseMs))
  }

  #atMostOne(when: string, elected?: Leadership): void {
    const leaders = new Set([...this.leaders, ...(elected && !elected.signal.aborted ? [elected] : [])])
    if (leaders.size > 1) this.violations.push(`${leaders.size} leaders ${when}`)
  }

  /** As an operator would: not under a node that cannot hear of it (assumption 4 of docs/guarantees.md). */
  #endSession(node: Node): void {
    const session = node.store.sessions.at(-1)
    if (session && node.link.connected) this.cluster.server.endSession(session.id)
  }

  #leave(node: Node): void {
    this.runs.get(node)!.stop.abort()
    this.runs.delete(node)
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}

afterEach(() => vi.restoreAllMocks())

describe('a storm of cuts, lost answers, ended sessions, evictions and leavings', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('breaks no promise, and somebody leads when it is over (seed %i)', async (seed) => {
    const random = seededRandom(seed)
    vi.spyOn(Math, 'random').mockImplementation(random)
    const storm = new Storm(random)
    for (let i = 0; i < CANDIDATES; i++) storm.join()
    for (let i = 0; i < STEPS; i++) await storm.step()
    for (const node of storm.runs.keys()) node.link.heal()
    await storm.cluster.clock.until(() => storm.leaders.length === 1, 6 * TTL, 'somebody leads')
    await storm.cluster.clock.advance(10 * TTL)
    expect(storm.violations).toEqual([])
    expect(storm.leaders).toHaveLength(1)
    expect(storm.cluster.line()).toHaveLength(storm.runs.size)
    expect([...storm.runs.values()].map(({ run }) => run.error)).toEqual(Array(storm.runs.size).fill(undefined))
    expect(storm.terms.length).toBeGreaterThan(8)
  })
})
