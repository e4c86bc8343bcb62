import type { Cancellable, ConsensusStore } from '../store.js'
import { campaign, type CampaignOptions } from './campaign.js'
import type { Candidacy } from './candidacy.js'
import type { Candidate } from './candidate.js'
import { type ElectionOptions, type Standing, standing, writeBid } from './election-options.js'
import { evict, type EvictOptions } from './eviction.js'
import { Leadership } from './leadership.js'
import { type Observation, observations, readLine } from './observation.js'
import { type LeadCallback, run, type RunOptions } from './run.js'

/**
 * An election by name: among all who stand in it the one whose key is the oldest living leads. One object is one
 * candidate (with at most one candidacy at a time), an observer, or both. No I/O until a method is called.
 *
 * @example
 * const election = new Election(store, 'billing', { id: 'node-1', ttlMs: 15_000 })
 * await election.run(async (leadership) => {
 *   while (!leadership.signal.aborted) await invoice(leadership.fencingToken)
 * }, { signal: shutdown })
 */
export class Election {
  readonly #standing: Standing
  #value: unknown
  #updates = 0
  #candidacy: Candidacy | undefined
  #busy = false
  #publishing: Promise<unknown> = Promise.resolve()

  /** Errors: `TypeError`, `RangeError` for a name, id, TTL or value that cannot work. */
  constructor(store: ConsensusStore, name: string, options: ElectionOptions = {}) {
    this.#standing = standing(store, name, options)
    this.#setValue(options.value)
  }

  get name(): string {
    return this.#standing.name
  }

  get id(): string {
    return this.#standing.id
  }

  /** The store's prefix that holds the candidates' keys. */
  get prefix(): string {
    return this.#standing.prefix
  }

  /**
   * Stands for election and resolves when elected. A session lost while waiting is replaced: the candidate goes on at
   * the back of the line.
   *
   * Errors: what the store says to the first attempt to stand; `LEADERSHIP_LOST` (`evicted`) when an operator evicts
   * the waiting candidate; `TypeError` while this object already campaigns or leads.
   * Cancellation: the key is deleted before the promise rejects with the signal's reason.
   */
  async campaign(options: CampaignOptions = {}): Promise<Leadership> {
    return this.#exclusively(async () => new Leadership(await this.#campaign(options)))
  }

  /**
   * Campaigns, calls `lead` when elected, waits for it to settle once its leadership is over, gives the key back, and
   * campaigns again, until the signal aborts; resolves when `lead` has settled and the key is gone. Failures of the
   * store are mended by trying again.
   *
   * Errors: what `lead` or `standby` throws, other than because of `leadership.signal`; what trying again cannot mend
   * (`ACCESS_DENIED`, `STORE_CLOSED`, …); `TypeError` while this object already campaigns or leads.
   */
  async run(lead: LeadCallback, options: RunOptions = {}): Promise<void> {
    return this.#exclusively(() => run(this.#standing.clock, (each) => this.#campaign(each), lead, options))
  }

  /**
   * Follows who leads and who comes next: the present state at once, then each newer one; may skip, never goes back.
   *
   * Cancellation: leaving the loop, or the signal (rejects with its reason).
   */
  observe(options: Cancellable = {}): AsyncIterable<Observation> {
    const { store, layout } = this.#standing
    return observations(layout, store.watchPrefix(this.prefix, options))
  }

  /** The line of succession now, eldest first. */
  async candidates(options: Cancellable = {}): Promise<Candidate[]> {
    const { store, layout } = this.#standing
    return readLine(layout, await store.list(this.prefix, options))
  }

  /**
   * Publishes a value for this candidate, now and for every later candidacy of this object. Resolves when it is
   * stored; the key's place in the line does not change.
   *
   * Errors: `TypeError` for what JSON cannot hold, `VALUE_TOO_LARGE`.
   */
  async update(value: unknown, options: Cancellable = {}): Promise<void> {
    this.#setValue(value)
    const publish = async () => {
      const candidacy = this.#candidacy
      if (candidacy && !candidacy.ended.aborted) await candidacy.publish(value, options)
    }
    const published = this.#publishing.then(publish) // one after the other: the last call's value stays
    this.#publishing = published.catch(() => undefined) // its own caller hears of it
    await published
  }

  /**
   * Makes every candidate of this id step down and resolves to them when their keys are gone: those that stand by
   * leave the line, a leader stops first. A candidate under `run` stands again, at the back.
   */
  async evict(id: string, options: EvictOptions = {}): Promise<Candidate[]> {
    const evicted = (await this.candidates(options)).filter((candidate) => candidate.id === id)
    await Promise.all(evicted.map((candidate) => evict(this.#standing, candidate, options)))
    return evicted
  }

  #setValue(value: unknown): void {
    const { id, ttlMs } = this.#standing
    writeBid(this.#standing, { id, value, since: new Date(0).toISOString(), ttlMs })
    this.#value = value
    this.#updates++
  }

  async #exclusively<T>(use: () => Promise<T>): Promise<T> {
    if (this.#busy || (this.#candidacy && !this.#candidacy.over)) {
      throw new TypeError(
        `election ${this.name}: this object already campaigns or leads: resign first, or make another`,
      )
    }
    this.#busy = true
    try {
      return await use()
    } finally {
      this.#busy = false
    }
  }

  #campaign(options: CampaignOptions): Promise<Candidacy> {
    let stoodAfter = 0
    const value = () => {
      stoodAfter = this.#updates
      return this.#value
    }
    const onStand = (candidacy: Candidacy) => {
      this.#candidacy = candidacy
      // An update while the key was being created found nothing to write to.
      if (this.#updates > stoodAfter) this.update(this.#value).catch(() => undefined)
    }
    return campaign(this.#standing, value, onStand, options)
  }
}
