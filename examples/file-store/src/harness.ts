import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Harness } from '@eldest/conformance'
import { ConsensusError } from '@eldest/core'
import { abortable } from '@eldest/core/adapter'
import { type FileClient, openFolder } from './file-client.js'
import { parseFileUrl } from './file-options.js'
import { FileStore } from './file-store.js'

/** The store of a `file:` URL under test. A folder that exists is used as it is and stays; another one is removed. */
export async function createHarness(url: string): Promise<Harness> {
  const path = parseFileUrl(url)
  const existed = existsSync(path)
  return {
    name: 'file',
    ttlMs: 500,
    async connect() {
      const link = new FaultyLink()
      const store = await FileStore.open(path, { wrapClient: (client) => link.wrap(client) })
      return {
        store,
        cut: () => link.cut(),
        heal: () => link.heal(),
        loseNextAnswer: () => link.loseNextAnswer(),
      }
    },
    endSession: (id) => openFolder(path).endSession(id, new AbortController().signal),
    dispose: async () => {
      if (!existed) await rm(path, { recursive: true, force: true })
    },
  }
}

/** What stands between a store and its folder. While it is cut, requests hang. */
class FaultyLink {
  #healed = Promise.resolve()
  #heal = () => {}
  #loseAnswers = 0

  cut(): void {
    this.heal()
    this.#healed = new Promise((resolve) => (this.#heal = resolve))
  }

  heal(): void {
    this.#heal()
  }

  loseNextAnswer(): void {
    this.#loseAnswers++
  }

  wrap(client: FileClient): FileClient {
    return {
      openSession: (id, ttlMs, signal) => this.#write(signal, () => client.openSession(id, ttlMs, signal)),
      renewSession: (id, signal) => this.#write(signal, () => client.renewSession(id, signal)),
      endSession: (id, signal) => this.#write(signal, () => client.endSession(id, signal)),
      create: (session, key, value, signal) => this.#write(signal, () => client.create(session, key, value, signal)),
      get: (key, signal) => this.#pass(signal, () => client.get(key, signal)),
      list: (prefix, signal) => this.#pass(signal, () => client.list(prefix, signal)),
      put: (key, value, guard, signal) => this.#write(signal, () => client.put(key, value, guard, signal)),
      delete: (key, guard, signal) => this.#write(signal, () => client.delete(key, guard, signal)),
    }
  }

  async #write<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    const answer = await this.#pass(signal, request)
    if (this.#loseAnswers === 0) return answer
    this.#loseAnswers--
    throw new ConsensusError('OUTCOME_UNKNOWN', 'the answer was lost')
  }

  async #pass<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    await abortable(this.#healed, signal)
    const answer = await request()
    await abortable(this.#healed, signal) // cut in between: the answer does not arrive either
    return answer
  }
}
