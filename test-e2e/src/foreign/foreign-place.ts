import type { Candidate } from '@eldest/core'
import type { HistoryRecord } from '@eldest/simulator'
import { monotonicMs } from '../waiting.js'
import type { ForeignCandidate } from './foreign-candidate.js'
import type { ForeignStand, ForeignTool } from './foreign-tool.js'

/** Before, by less than any clock here tells. */
const JUST_MS = 0.001

/**
 * A place in the fleet for candidates of another tool, one after the other, and what is true of them in the history:
 * where they stand, when they said that they lead, and what was done to them. That one of them may go on believing
 * that it leads when its key has gone is known (its layout says so): with its key its time is over here, whatever it
 * says.
 */
export class ForeignPlace {
  readonly id: string
  readonly #tool: ForeignTool
  readonly #stand: Omit<ForeignStand, 'id'>
  readonly #history: HistoryRecord[]
  #candidate!: ForeignCandidate
  #count = 0
  #bid: { token: bigint; isElected: boolean } | undefined
  /** When it said that it leads, as far as that has been compared with the line. */
  #comparedMs: number | undefined
  #isOver = false

  constructor(id: string, tool: ForeignTool, stand: Omit<ForeignStand, 'id'>, history: HistoryRecord[]) {
    this.id = id
    this.#tool = tool
    this.#stand = stand
    this.#history = history
    this.start()
  }

  /** Its id in the line: another one for each start. */
  get name(): string {
    return `${this.id}#${this.#count}`
  }

  get candidate(): ForeignCandidate {
    return this.#candidate
  }

  get stands(): boolean {
    return this.#bid !== undefined
  }

  /** Whether the line has to be asked what is true of it. */
  get isInDoubt(): boolean {
    return !this.#isOver && (!this.#bid || this.#candidate.lastElectedMs !== this.#comparedMs)
  }

  start(): void {
    this.#count++
    this.#bid = undefined
    this.#comparedMs = undefined
    this.#isOver = false
    this.#candidate = this.#tool.start({ ...this.#stand, id: this.name })
  }

  terminate(): void {
    if (this.#bid && !this.#isOver)
      this.#history.push({ ...this.#now(), event: 'resigned', token: this.#bid.token, reason: 'told to' })
    this.#isOver = true
    this.#candidate.terminate()
  }

  kill(): void {
    this.ended()
    this.#candidate.kill()
  }

  /** It is no more, or about to be, and nobody has told its server. */
  ended(): void {
    if (!this.#isOver) this.#history.push({ ...this.#now(), event: 'killed' })
    this.#isOver = true
  }

  /**
   * Compares with the line, read after it was asked for at `askedMs`, and after somebody else was elected, if anybody
   * was. What it says counts for the key that it has then.
   */
  compare(line: readonly Candidate[], askedMs: number, electedMs = askedMs): void {
    if (this.#isOver) return
    const process = this.name
    const saidMs = this.#candidate.lastElectedMs
    const own = line.find(({ id }) => id === process)
    const isKnown = this.#bid !== undefined && own?.fencingToken === this.#bid.token
    if (this.#bid && !isKnown) {
      const { token } = this.#bid
      this.#history.push({ atMs: electedMs - JUST_MS, process, event: 'lost', token, reason: 'its key is gone' })
      this.#bid = undefined
    }
    if (own) {
      const token = own.fencingToken
      this.#bid ??= { token, isElected: false }
      const saysSo = saidMs !== undefined && saidMs !== this.#comparedMs
      if (saysSo && !this.#bid.isElected && (isKnown || own === line[0])) {
        this.#bid.isElected = true
        this.#history.push({ atMs: saidMs, process, event: 'elected', token })
      } else if (!isKnown && !this.#bid.isElected) {
        this.#history.push({ atMs: askedMs, process, event: 'standby', token })
      }
    }
    this.#comparedMs = saidMs
  }

  #now(): { atMs: number; process: string } {
    return { atMs: monotonicMs(), process: this.name }
  }
}
