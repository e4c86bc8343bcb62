import { connect, type ConsensusStore, Election, type Leadership, SharedSession } from '@eldest/core'
import { type ServerStore, urlOf } from '../servers.js'
import type { Bid, Crowd, CrowdKind } from './crowd.js'

/** Eldest: one store, one shared session. */
export function eldest(store: ServerStore): CrowdKind {
  return {
    contender: 'Eldest',
    store,
    role: 'ours',
    open: ({ server, namespace, ttlMs }) => openEldest(urlOf(store, server, namespace), ttlMs),
  }
}

/** The same on the store of any URL. */
export async function openEldest(url: string, ttlMs: number): Promise<Crowd> {
  const store = await connect(url)
  return new EldestCrowd(store, Math.min(ttlMs, store.capabilities.maxTtlMs))
}

class EldestCrowd implements Crowd {
  readonly #store: ConsensusStore
  readonly #session: SharedSession

  constructor(store: ConsensusStore, ttlMs: number) {
    this.#store = store
    this.#session = new SharedSession(store, { ttlMs })
  }

  async stand(name: string, id: string): Promise<Bid> {
    const election = new Election(this.#store, name, { id, session: this.#session })
    let campaign: Promise<Leadership> | undefined
    await new Promise<void>((resolve, reject) => {
      campaign = election.campaign({ standby: () => resolve() })
      campaign.then(() => resolve(), reject)
    })
    const elected = campaign!.then(() => undefined)
    elected.catch(() => undefined) // closing ends those who wait
    return {
      elected,
      resign: async () => (await campaign!).resign(),
    }
  }

  async observe(name: string, tell: (leader: string) => void): Promise<void> {
    const observations = new Election(this.#store, name, { session: this.#session }).observe()
    await new Promise<void>((resolve, reject) => {
      const follow = async () => {
        for await (const { leader } of observations) {
          if (leader) tell(leader.id)
          resolve()
        }
      }
      follow().catch(reject)
    })
  }

  async close(): Promise<void> {
    await this.#session.close()
    await this.#store.close()
  }
}
