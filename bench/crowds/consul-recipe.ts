import Consul from 'consul'
import { LONGEST_QUERY } from './consul-aftermath.js'
import type { Bid, Crowd, CrowdKind } from './crowd.js'

/**
 * What the guides do with the npm package `consul`: a session for each candidate, all of them acquire one key, and
 * whoever does not get it waits by blocking queries until nobody holds it.
 */
export const consulRecipe: CrowdKind = {
  contender: 'npm consul recipe',
  store: 'consul',
  role: 'peer',
  async open({ server, namespace, ttlMs }) {
    return new ConsulRecipeCrowd(new Consul(server), namespace, ttlMs)
  },
}

interface Held {
  Session?: string
  Value?: string
  ModifyIndex: number
}

class ConsulRecipeCrowd implements Crowd {
  readonly #client: Consul
  readonly #namespace: string
  readonly #ttlMs: number
  /** And what keeps each alive. */
  readonly #sessions = new Map<string, NodeJS.Timeout>()
  #closed = false

  constructor(client: Consul, namespace: string, ttlMs: number) {
    this.#client = client
    this.#namespace = namespace
    this.#ttlMs = ttlMs
  }

  async stand(election: string, id: string): Promise<Bid> {
    const session = await this.#openSession()
    const key = this.#key(election)
    const acquire = () => this.#client.kv.set({ key, value: id, acquire: session })
    let elect = () => {}
    const elected = new Promise<void>((resolve) => (elect = resolve))
    if (await acquire()) elect()
    else {
      await this.#follow(key, async (held) => {
        if (held?.Session || !(await acquire())) return false
        elect()
        return true
      })
    }
    return {
      elected,
      resign: async () => {
        await this.#client.kv.set({ key, value: id, release: session })
        await this.#endSession(session)
      },
    }
  }

  async observe(election: string, tell: (leader: string) => void): Promise<void> {
    await this.#follow(this.#key(election), async (held) => {
      if (held?.Session) tell(String(held.Value))
      return false
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled([...this.#sessions.keys()].map((session) => this.#endSession(session)))
    this.#client.destroy()
  }

  async #openSession(): Promise<string> {
    const { ID } = await this.#client.session.create({ ttl: `${this.#ttlMs / 1000}s` })
    const renew = () => {
      this.#client.session.renew(ID).catch(() => undefined) // lost: what follows would be a new candidacy
    }
    this.#sessions.set(ID, setInterval(renew, this.#ttlMs / 2))
    return ID
  }

  async #endSession(session: string): Promise<void> {
    clearInterval(this.#sessions.get(session))
    this.#sessions.delete(session)
    await this.#client.session.destroy(session)
  }

  /** Shows the key until told that it is enough. Resolves when it was shown once. */
  async #follow(key: string, see: (held: Held | undefined) => Promise<boolean>): Promise<void> {
    const read = async (index: number) => {
      const query = index > 0 ? { key, index, wait: LONGEST_QUERY } : { key }
      return (await this.#client.kv.get(query as never)) as Held | undefined
    }
    const first = await read(0)
    if (await see(first)) return
    const go = async () => {
      for (let held = first; !this.#closed;) {
        held = await read(held?.ModifyIndex ?? 0)
        if (await see(held)) return
      }
    }
    go().catch(() => undefined) // closed meanwhile
  }

  #key(election: string): string {
    return `${this.#namespace}/${election}`
  }
}
