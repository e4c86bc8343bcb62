import {
  type CampaignOptions,
  type Election,
  isConsensusError,
  type LeadCallback,
  type Leadership,
  type Standby,
} from '@eldest/core'
import type { CandidateRecord } from '../judge/history.js'
import type { Random } from '../random.js'
import type { SimulatedProcess } from '../world/simulated-process.js'

/** What a candidate's program is made of. */
export interface CandidateParts {
  process: SimulatedProcess
  election: Election
  random: Random
  ttlMs: number
  /** The work may take longer to stop than it has. */
  mayOverrun: boolean
  tell: (event: CandidateRecord['event'], token: bigint, details?: { reason?: string; leftMs?: number }) => void
  failed: (error: unknown) => void
}

/**
 * The program of a candidate: stands, leads, writes, stops its work when it is told to, tells of all of it, and goes
 * on for ever. `withdraw` makes it leave the line for a while.
 */
export class Candidate {
  readonly #parts: CandidateParts
  readonly #writes: boolean
  readonly #runs: boolean
  #attempt = new AbortController()
  #awayMs = 0
  #over = false
  readonly #calm = new AbortController()
  #leads: bigint | undefined

  constructor(parts: CandidateParts) {
    this.#parts = parts
    this.#writes = parts.random.chance(0.5)
    this.#runs = parts.random.chance(0.7)
    parts.process.stop.signal.addEventListener('abort', () => this.#attempt.abort(new Error('told to end')))
  }

  /** The token it leads with, while its signal has not fired. */
  get leads(): bigint | undefined {
    return this.#leads
  }

  /** Whether the program has come to its end. */
  get over(): boolean {
    return this.#over
  }

  start(): void {
    const { failed } = this.#parts
    this.#program().then(() => (this.#over = true), failed)
  }

  withdraw(awayMs: number): void {
    this.#awayMs = awayMs
    this.#attempt.abort(new Error('withdrawn'))
  }

  /** From now on it does nothing of its own accord but lead. */
  settleDown(): void {
    this.#calm.abort(new Error('the weather is calm'))
  }

  async #program(): Promise<void> {
    const { process } = this.#parts
    while (!process.stop.signal.aborted) {
      this.#attempt = new AbortController()
      const { signal } = this.#attempt
      if (this.#runs) await this.#run(signal)
      else await this.#campaign(signal)
      const awayMs = this.#awayMs
      this.#awayMs = 0
      await this.#sleep(this.#calm.signal.aborted ? 1 : awayMs + 1, process.stop.signal, this.#calm.signal)
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { election } = this.#parts
    await election.run((leadership) => this.#lead(leadership), { signal, standby: this.#standby })
  }

  /** What `run` is made of, as an application may use it. */
  async #campaign(signal: AbortSignal): Promise<void> {
    const { election, ttlMs } = this.#parts
    try {
      const leadership = await election.campaign({ signal, standby: this.#standby })
      const onAbort = () => void leadership.resign().catch(() => undefined)
      await this.#lead(leadership, signal)
      onAbort()
      await leadership.resign()
    } catch (error) {
      if (!signal.aborted && !isConsensusError(error)) throw error
      await this.#sleep(ttlMs / 10)
    }
  }

  readonly #standby: NonNullable<CampaignOptions['standby']> = ({ fencingToken, signal }: Standby) => {
    this.#parts.tell('standby', fencingToken)
    signal.addEventListener('abort', () => this.#toldOver(fencingToken, signal.reason, undefined))
  }

  readonly #lead = async (
    leadership: Leadership,
    withdrawn?: AbortSignal,
  ): ReturnType<LeadCallback & (() => Promise<void>)> => {
    const { tell, random, ttlMs, mayOverrun } = this.#parts
    const { signal, fencingToken } = leadership
    const isOver = () => signal.aborted
    if (isOver()) return
    tell('elected', fencingToken)
    this.#leads = fencingToken
    const over = () => {
      this.#leads = undefined
      this.#toldOver(fencingToken, signal.reason, leadership.remainingMs())
    }
    signal.addEventListener('abort', over)
    const enough = random.chance(0.15) ? random.between(0.5, 4) * ttlMs : Infinity
    await this.#work(leadership, enough, withdrawn)
    const fate = random.next()
    if (fate < 0.6) await this.#sleep(random.between(0, 20))
    else if (fate < 0.95 || !mayOverrun) await this.#sleep(random.between(0, 0.25) * ttlMs)
    else await this.#sleep(random.between(0, 2) * ttlMs)
    if (isOver()) tell('settled', fencingToken)
  }

  async #work(leadership: Leadership, enoughMs: number, withdrawn: AbortSignal | undefined): Promise<void> {
    const { signal, fencingToken } = leadership
    const { clock } = this.#parts.process
    const untilMs = clock.now() + enoughMs
    const isOver = () => signal.aborted
    while (!isOver() && !(withdrawn?.aborted ?? false) && (this.#calm.signal.aborted || clock.now() < untilMs)) {
      const pauseMs = this.#parts.random.between(0.1, 0.6) * this.#parts.ttlMs
      const restMs = this.#calm.signal.aborted ? Infinity : untilMs - clock.now()
      await this.#sleep(Math.min(pauseMs, Math.max(1, restMs)), signal, withdrawn)
      if (!this.#writes || isOver()) continue
      await leadership.put('cursor', new TextEncoder().encode(String(fencingToken))).catch((error: unknown) => {
        if (!isConsensusError(error)) throw error
      })
    }
  }

  #toldOver(token: bigint, reason: unknown, leftMs: number | undefined): void {
    if (!isConsensusError(reason, 'LEADERSHIP_LOST', 'LEADERSHIP_RESIGNED')) return // elected
    const event = reason.code === 'LEADERSHIP_LOST' ? 'lost' : 'resigned'
    this.#parts.tell(event, token, { reason: reason.ending!, ...(leftMs === undefined ? {} : { leftMs }) })
  }

  #sleep(delayMs: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel()
        for (const signal of signals) signal?.removeEventListener('abort', wake)
        resolve()
      }
      const cancel = this.#parts.process.clock.setTimeout(wake, delayMs)
      for (const signal of signals) signal?.addEventListener('abort', wake)
    })
  }
}
