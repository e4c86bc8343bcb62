import { EventEmitter } from 'node:events'
import Consul from 'consul'
import { Audiences } from './audience.js'
import { LONGEST_QUERY } from './consul-aftermath.js'
import type { Bid, Crowd, CrowdKind } from './crowd.js'

/**
 * The fewest requests to Consul that keep an order and wake one: a transaction to stand, a consistent list, a blocking
 * query on the predecessor, and the list again when it is gone. One session, long enough not to be renewed.
 */
export const consulRequests: CrowdKind = {
  contender: 'bare requests',
  store: 'consul',
  role: 'floor',
  async open({ server, namespace, ttlMs }) {
    const client = new Consul(server)
    const session = { ttl: `${ttlMs / 1000}s`, behavior: 'delete', checks: [], lockdelay: '0s' }
    const { ID } = await client.session.create(session as never)
    return new ConsulRequestsCrowd(client, namespace, ID)
  },
}

interface Key {
  Key: string
  CreateIndex: number
  ModifyIndex: number
}

class ConsulRequestsCrowd implements Crowd {
  readonly #audiences = new Audiences()
  readonly #client: Consul
  readonly #namespace: string
  readonly #session: string

  constructor(client: Consul, namespace: string, session: string) {
    this.#client = client
    this.#namespace = namespace
    this.#session = session
  }

  async stand(election: string, id: string): Promise<Bid> {
    const key = `${this.#namespace}/${election}/${id}`
    const operations = [
      { Verb: 'check-not-exists', Key: key },
      { Verb: 'lock', Key: key, Value: '', Session: this.#session },
      { Verb: 'get', Key: key },
    ]
    const answer = (await this.#client.transaction.create(operations.map((KV) => ({ KV })) as never)) as unknown as {
      Results: { KV: Key }[]
    }
    let elect = () => {}
    const elected = new Promise<void>((resolve) => (elect = resolve))
    await this.#waitFor(election, answer.Results[0]!.KV, elect)
    return {
      elected,
      resign: async () => {
        await this.#client.kv.del(key)
      },
    }
  }

  observe(election: string, tell: (leader: string) => void): Promise<void> {
    return this.#audiences.join(election, tell, (all) => this.#follow(election, all))
  }

  async close(): Promise<void> {
    await this.#client.session.destroy(this.#session)
    this.#client.destroy()
  }

  async #follow(election: string, tell: (leader: string) => void): Promise<void> {
    const key = `${this.#namespace}/${election}/`
    const look = async (index: string | undefined) => {
      const { keys, next } = await this.#read({
        key,
        recurse: true,
        ...(index !== undefined && { index, wait: LONGEST_QUERY }),
      })
      const eldest = keys.sort((a, b) => a.CreateIndex - b.CreateIndex)[0]
      if (eldest) tell(eldest.Key.slice(key.length))
      return next
    }
    let index = await look(undefined)
    const follow = async () => {
      for (;;) index = await look(index)
    }
    follow().catch(() => undefined) // closed meanwhile
  }

  /** Resolves when there is nobody before this key, or somebody who is watched. */
  async #waitFor(election: string, own: Key, elect: () => void): Promise<void> {
    const { keys: line } = await this.#read({ key: `${this.#namespace}/${election}/`, recurse: true, consistent: true })
    const elders = line.filter(({ CreateIndex }) => CreateIndex < own.CreateIndex)
    const elder = elders.sort((a, b) => b.CreateIndex - a.CreateIndex)[0]
    if (!elder) {
      elect()
      return
    }
    const wait = async () => {
      let there: Key | undefined = elder
      while (there)
        there = (await this.#read({ key: elder.Key, index: there.ModifyIndex, wait: LONGEST_QUERY })).keys[0]
      await this.#waitFor(election, own, elect)
    }
    wait().catch(() => undefined) // closed meanwhile
  }

  /** The keys, and the index from which to wait for more. */
  async #read(query: object): Promise<{ keys: Key[]; next: string }> {
    // Not documented: it makes the client hand out the headers, too.
    const ctx = Object.assign(new EventEmitter(), { includeResponse: true })
    const [{ headers }, found] = (await this.#client.kv.get({ ...query, ctx } as never)) as unknown as [
      { headers: Record<string, string> },
      Key | Key[] | undefined,
    ]
    const keys = found === undefined ? [] : Array.isArray(found) ? found : [found]
    return { keys, next: headers['x-consul-index']! }
  }
}
