import type { ForeignLine } from '../foreign/foreign-line.js'
import type { Seed } from '../seed.js'
import { until } from '../waiting.js'
import { CandidatePlace, type PlaceOptions } from './candidate-place.js'
import { candidateFaults, type Fault, networkFaults } from './faults.js'
import type { Weather } from './weather.js'

export interface FleetOptions extends PlaceOptions {
  candidates: number
  /** All are commands, and all suffer. */
  isMutant: boolean
  /** Every second candidate is one of these, ours are commands, and all suffer. */
  guests: ForeignLine | undefined
}

/** The candidates of a storm. */
export class Fleet {
  readonly places: CandidatePlace[] = []
  readonly guests: ForeignLine | undefined
  readonly #isSpared: boolean

  private constructor({ isMutant, guests }: FleetOptions) {
    this.guests = guests
    this.#isSpared = !isMutant && !guests
  }

  /** Starts them all, and waits until they stand. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const { candidates, isMutant, guests } = options
    const fleet = new Fleet(options)
    try {
      for (let i = 1; i <= candidates; i++) {
        const kind = i % 2 === 0 && !isMutant && !guests ? 'service' : 'command'
        if (guests && i % 2 === 1 && i < candidates) guests.add()
        else fleet.places.push(await CandidatePlace.open(`n${i}`, kind, options))
        if (guests) await fleet.#allStand() // in this order: another tool's leads at first
      }
      await fleet.#allStand()
      return fleet
    } catch (error) {
      await fleet.close()
      throw error
    }
  }

  /** The one that only suffers from its network and its servers, if one is spared. */
  get spared(): CandidatePlace | undefined {
    return this.#isSpared ? this.places[0] : undefined
  }

  get suffering(): CandidatePlace[] {
    return this.places.filter((place) => place !== this.spared)
  }

  /** What may happen to each. */
  faults(ttlMs: number, seed: Seed): Fault[] {
    return [
      ...(this.spared ? networkFaults(this.spared, seed) : []),
      ...this.suffering.flatMap((place) => candidateFaults(place, ttlMs, seed)),
      ...(this.guests?.faults ?? []),
    ]
  }

  /** Starts again who has ended by itself, as a supervisor would. */
  revive(weather: Weather): void {
    for (const place of this.places) if (!weather.isBusy(place.id)) place.revive()
    for (const place of this.guests?.places ?? []) {
      if (!place.candidate.running && !weather.isBusy(place.id)) weather.strike(this.guests!.ended(place))
    }
  }

  /** Asks all to stop, and waits until they have. */
  async terminate(): Promise<void> {
    const guests = this.guests?.places ?? []
    for (const each of guests) each.terminate()
    for (const { process } of this.places) process.terminate()
    await Promise.all([...this.places.map(({ process }) => process), ...guests.map(({ candidate }) => candidate)].map(({ exited }) => exited)) // prettier-ignore
  }

  stderr(): string {
    return this.places.flatMap(({ past }) => past.map(({ stderr }) => stderr)).join('')
  }

  async close(): Promise<void> {
    await this.guests?.close()
    await Promise.all(this.places.map((place) => place.close()))
  }

  /** One that cannot reach its servers at the start ends, and is started again. */
  async #allStand(): Promise<void> {
    const stand = () => {
      for (const place of this.places) place.revive()
      return [...this.places, ...(this.guests?.places ?? [])].every(({ stands }) => stands)
    }
    await until('all stand', stand, 60_000).catch((error: unknown) => {
      throw new Error(`not all stand: ${this.stderr()}`, { cause: error })
    })
  }
}
