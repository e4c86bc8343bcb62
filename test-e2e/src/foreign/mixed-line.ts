import { connect, Election } from '@eldest/core'
import { expect } from 'vitest'
import type { CandidateRecord, HistoryRecord } from '@eldest/simulator'
import { CandidateProcess } from '../candidate-process.js'
import type { ForeignCandidate } from './foreign-candidate.js'
import type { ForeignTool } from './foreign-tool.js'
import { until } from '../waiting.js'

/** What a line of Eldest's and another tool's candidates is made of. */
export interface MixedLineOptions {
  url: string
  /** The election, as Eldest's candidates name it. */
  name: string
  ttlMs: number
  tool: ForeignTool
}

const PATIENCE_MS = 30_000

/** One line of candidates, of which every second is another tool's. */
export class MixedLine {
  readonly #options: MixedLineOptions
  readonly #history: HistoryRecord[] = []
  readonly #ours: CandidateProcess[] = []
  readonly #foreign: ForeignCandidate[] = []

  constructor(options: MixedLineOptions) {
    this.#options = options
  }

  /** Starts one of ours and waits until it stands in its place of the line. */
  async ours(id: string): Promise<CandidateProcess> {
    const { url, name, tool, ttlMs } = this.#options
    const args = [name, '--store', url, '--layout', tool.layoutName, '--ttl', `${ttlMs}ms`, '--id', id]
    const candidate = new CandidateProcess(id, args, this.#history)
    this.#ours.push(candidate)
    await this.#stands(id)
    return candidate
  }

  /** Starts one of theirs and waits until it stands in its place of the line. */
  async foreign(id: string): Promise<ForeignCandidate> {
    const { url, name: election, tool, ttlMs } = this.#options
    const candidate = tool.start({ url, election, id, ttlMs })
    this.#foreign.push(candidate)
    await this.#stands(id)
    return candidate
  }

  /** When one of ours was elected; waits for it. */
  async elected(candidate: CandidateProcess, deadlineMs = PATIENCE_MS): Promise<number> {
    await until(`${candidate.name} is elected`, () => this.#election(candidate) !== undefined, deadlineMs)
    return this.#election(candidate)!.atMs
  }

  isElected(candidate: CandidateProcess): boolean {
    return this.#election(candidate) !== undefined
  }

  /** The ids in the order in which they lead, as Eldest sees the line. */
  async order(): Promise<string[]> {
    const { url, name, tool } = this.#options
    const store = await connect(url)
    try {
      return (await new Election(store, name, { layout: tool.layout }).candidates()).map(({ id }) => id)
    } finally {
      await store.close()
    }
  }

  async dispose(): Promise<void> {
    for (const each of [...this.#ours, ...this.#foreign]) each.kill()
    await Promise.all([...this.#ours, ...this.#foreign].map(({ exited }) => exited))
    expect(this.#ours.map(({ stderr }) => stderr).join('')).toBe('')
  }

  async #stands(id: string): Promise<void> {
    await until(`${id} stands`, async () => (await this.order()).includes(id), PATIENCE_MS)
  }

  #election(candidate: CandidateProcess): CandidateRecord | undefined {
    const isIt = (one: HistoryRecord): one is CandidateRecord =>
      one.process === candidate.name && one.event === 'elected'
    return this.#history.find(isIt)
  }
}
