import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Harness } from '@eldest/conformance'
import { ConsensusError, systemClock } from '@eldest/core'
import { hostBoot } from '../src/host-boot.js'
import { LocalStore } from '../src/index.js'
import { type LocalClient, openLocalClient } from '../src/local-client.js'
import { LocalFile } from '../src/local-file.js'
import { LocalLedger } from '../src/local-ledger.js'
import type { Pulses } from '../src/local-pulses.js'

/** Clients of one store file in a folder of its own. */
export function localHarness(): Harness {
  const folder = mkdtempSync(join(tmpdir(), 'eldest-local-'))
  const path = join(folder, 'store')
  return {
    name: 'local',
    ttlMs: 500,
    async connect() {
      const link = new FaultyLink()
      const store = await LocalStore.open(path, {
        openClient: async (...where) => link.wrap(await openLocalClient(...where)),
      })
      return {
        store,
        cut: () => link.cut(),
        heal: () => link.heal(),
        loseNextAnswer: () => link.loseNextAnswer(),
      }
    },
    async endSession(id) {
      const client = await openLocalClient(path, 5000)
      const file = LocalFile.opened(path)
      const ledger = new LocalLedger({ client, file, clock: systemClock, boot: hostBoot(), requestTimeoutMs: 5000 })
      await ledger.write((draft) => draft.endSession(id), { alone: true })
      await ledger.close()
    },
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What stands between a store and LMDB, and may fail as a connection does. */
class FaultyLink {
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
