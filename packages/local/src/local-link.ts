import { ConsensusError } from '@eldest/core'
import type { LocalClient } from './local-client.js'
import type { Pulses } from './local-pulses.js'

/** What stands between a store and LMDB, and may fail as a connection does: for the conformance suite. */
export class LocalLink {
  #connected = true
  #loseAnswers = 0

  cut(): void {
    this.#connected = false
  }

  heal(): void {
    this.#connected = true
  }

  loseNextAnswer(): void {
    this.#loseAnswers++
  }

  wrap(client: LocalClient): LocalClient {
    return {
      read: (look) => {
        this.#assertConnected()
        return client.read(look)
      },
      commit: async (version, writes) => {
        this.#assertConnected()
        const committed = await client.commit(version, writes)
        if (!committed || this.#loseAnswers === 0) return committed
        this.#loseAnswers--
        throw new ConsensusError('OUTCOME_UNKNOWN', 'the answer was lost')
      },
      pulses: this.#wrapPulses(client.pulses),
      enter: () => client.enter(),
      close: () => client.close(),
    }
  }

  #wrapPulses(pulses: Pulses): Pulses {
    return {
      start: async (id, nowMs) => {
        this.#assertConnected()
        await pulses.start(id, nowMs)
      },
      beat: async (id, nowMs) => {
        this.#assertConnected()
        await pulses.beat(id, nowMs)
      },
      last: (id) => {
        this.#assertConnected()
        return pulses.last(id)
      },
      rest: (id) => pulses.rest(id),
      remove: (id) => pulses.remove(id),
      tidy: (isAlive) => pulses.tidy(isAlive),
      close: () => pulses.close(),
    }
  }

  #assertConnected(): void {
    if (!this.#connected) throw new ConsensusError('UNAVAILABLE', 'the link is cut')
  }
}
