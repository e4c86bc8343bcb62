import { type Campaign, type ElectionObserver, Etcd3 } from 'etcd3'
import type { Bid, Crowd, CrowdKind } from './crowd.js'

/** After an error, as its documentation has it. */
const OBSERVE_AGAIN_MS = 5000

/** The election of the npm package `etcd3`, as its documentation shows it: a lease for each campaign. */
export const etcd3Election: CrowdKind = {
  contender: "etcd3's Election",
  store: 'etcd',
  role: 'peer',
  async open({ server: { host, port }, namespace, ttlMs }) {
    const client = new Etcd3({ hosts: `http://${host}:${port}` })
    return new Etcd3Crowd(client, namespace, Math.ceil(ttlMs / 1000))
  },
}

class Etcd3Crowd implements Crowd {
  readonly #client: Etcd3
  readonly #namespace: string
  readonly #ttl: number
  readonly #campaigns = new Set<Campaign>()
  readonly #observers = new Set<ElectionObserver>()
  #closed = false

  constructor(client: Etcd3, namespace: string, ttl: number) {
    this.#client = client
    this.#namespace = namespace
    this.#ttl = ttl
  }

  async stand(name: string, id: string): Promise<Bid> {
    const campaign = this.#election(name).campaign(id)
    this.#campaigns.add(campaign)
    const elected = campaign.wait().then(() => undefined)
    elected.catch(() => undefined) // closing ends those who wait
    await Promise.race([elected, new Promise<void>((resolve) => campaign.once('_isWaiting', resolve))])
    return {
      elected,
      resign: () => {
        this.#campaigns.delete(campaign)
        return campaign.resign()
      },
    }
  }

  async observe(name: string, tell: (leader: string) => void): Promise<void> {
    const observer = await this.#election(name).observe()
    this.#observers.add(observer)
    observer.on('change', (leader) => {
      if (leader !== undefined) tell(leader)
    })
    observer.on('error', () => {
      this.#observers.delete(observer)
      setTimeout(() => {
        if (!this.#closed) this.observe(name, tell).catch(() => undefined)
      }, OBSERVE_AGAIN_MS).unref()
    })
    const leader = observer.leader()
    if (leader !== undefined) tell(leader)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled([...this.#observers].map((observer) => observer.cancel()))
    await Promise.allSettled([...this.#campaigns].map((campaign) => campaign.resign()))
    this.#client.close()
  }

  #election(name: string) {
    return this.#client.namespace(`${this.#namespace}/`).election(name, this.#ttl)
  }
}
