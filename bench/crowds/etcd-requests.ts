import { Etcd3 } from 'etcd3'
import { Audiences } from './audience.js'
import type { Bid, Crowd, CrowdKind } from './crowd.js'
import { EtcdWatches } from './etcd-watches.js'

/**
 * The fewest requests to etcd that are safe: a transaction to stand, a range for the predecessor, a watch on it, and
 * the range again when it is gone. One lease, long enough not to be renewed; one stream for all watches.
 */
export const etcdRequests: CrowdKind = {
  contender: 'bare requests',
  store: 'etcd',
  role: 'floor',
  async open({ server: { host, port }, namespace, ttlMs }) {
    const client = new Etcd3({ hosts: `http://${host}:${port}` })
    const { ID } = await client.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1000) })
    return new EtcdRequestsCrowd(client, namespace, ID)
  },
}

class EtcdRequestsCrowd implements Crowd {
  readonly #audiences = new Audiences()
  readonly #client: Etcd3
  readonly #namespace: string
  readonly #lease: string
  readonly #watches: EtcdWatches

  constructor(client: Etcd3, namespace: string, lease: string) {
    this.#client = client
    this.#namespace = namespace
    this.#lease = lease
    this.#watches = new EtcdWatches(client)
  }

  async stand(election: string, id: string): Promise<Bid> {
    const key = Buffer.from(`${this.#namespace}/${election}/${id}`)
    const { succeeded, header } = await this.#client.kv.txn({
      compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }],
      success: [{ request_put: { key, value: Buffer.from(id), lease: this.#lease } }],
      failure: [{ request_range: { key } }],
    })
    if (!succeeded) throw new Error(`${id} stands already`)
    let elect = () => {}
    const elected = new Promise<void>((resolve) => (elect = resolve))
    await this.#waitFor(election, BigInt(header.revision), elect)
    return {
      elected,
      resign: async () => {
        await this.#client.kv.deleteRange({ key })
      },
    }
  }

  observe(election: string, tell: (leader: string) => void): Promise<void> {
    return this.#audiences.join(election, tell, (all) => this.#follow(election, all))
  }

  async close(): Promise<void> {
    await this.#watches.close()
    await this.#client.leaseClient.leaseRevoke({ ID: this.#lease })
    this.#client.close()
  }

  async #follow(election: string, tell: (leader: string) => void): Promise<void> {
    const range = this.#range(election)
    const { kvs, header } = await this.#client.kv.range({ ...range, sort_target: 'Create', sort_order: 'Ascend' })
    // In the order of creation, as the events come.
    const line = new Map(kvs.map(({ key, value }) => [key.toString(), value.toString()]))
    const tellEldest = () => {
      const [eldest] = line.values()
      if (eldest !== undefined) tell(eldest)
    }
    tellEldest()
    await this.#watches.follow({ ...range, start_revision: next(header.revision) }, (events) => {
      for (const { type, kv } of events) {
        if (type === 'Put') line.set(kv.key.toString(), kv.value.toString())
        else line.delete(kv.key.toString())
      }
      tellEldest()
    })
  }

  /** Resolves when there is nobody before this revision, or somebody who is watched. */
  async #waitFor(election: string, revision: bigint, elect: () => void): Promise<void> {
    const { kvs, header } = await this.#client.kv.range({
      ...this.#range(election),
      max_create_revision: String(revision - 1n),
      sort_target: 'Create',
      sort_order: 'Descend',
      limit: 1,
    })
    const elder = kvs[0]
    if (!elder) {
      elect()
      return
    }
    const cancel = await this.#watches.follow({ key: elder.key, start_revision: next(header.revision) }, () => {
      cancel()
      this.#waitFor(election, revision, elect).catch(() => undefined) // closed meanwhile
    })
  }

  #range(election: string) {
    const prefix = `${this.#namespace}/${election}`
    return { key: Buffer.from(`${prefix}/`), range_end: Buffer.from(`${prefix}0`) }
  }
}

function next(revision: string): string {
  return String(BigInt(revision) + 1n)
}
