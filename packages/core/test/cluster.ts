import { type CampaignOptions, type Clock, Election, type ElectionOptions, type Leadership } from '../src/index.js'
import { MemoryLink, MemoryServer, MemoryStore } from '../src/memory/index.js'
import { Pending } from './pending.js'
import { VirtualClock } from './virtual-clock.js'
import { WrappedStore } from './wrapped-store.js'

export const TTL = 9000

/** One process of the cluster: its connection, its store and its election. */
export class Node {
  readonly id: string
  readonly link = new MemoryLink()
  readonly store: WrappedStore
  readonly election: Election

  constructor(server: MemoryServer, id: string, options: ElectionOptions & { clock: Clock }) {
    this.id = id
    this.store = new WrappedStore(new MemoryStore({ server, link: this.link, clock: options.clock }))
    this.election = new Election(this.store, 'work', { id, ttlMs: TTL, ...options })
  }

  campaign(options?: CampaignOptions): Pending<Leadership> {
    return new Pending(this.election.campaign(options))
  }
}

/** One server and any number of nodes, in virtual time. */
export class Cluster {
  readonly clock = new VirtualClock()
  readonly server = new MemoryServer({ clock: this.clock })

  node(id: string, options: ElectionOptions = {}): Node {
    return new Node(this.server, id, { clock: this.clock, ...options })
  }

  nodes(count: number): Node[] {
    return Array.from({ length: count }, (_, i) => this.node(`n${i}`))
  }

  /** Stands with each node in turn, and waits until all have their place in the line. */
  async campaign(...nodes: Node[]): Promise<Pending<Leadership>[]> {
    const campaigns: Pending<Leadership>[] = []
    for (const node of nodes) {
      campaigns.push(node.campaign())
      await this.clock.advance(0)
    }
    return campaigns
  }

  /** The keys of the election, eldest first. */
  keys(): string[] {
    return this.server.list('elections/work').map(({ key }) => key)
  }

  /** The ids of the candidates, eldest first. */
  line(): string[] {
    return this.keys().map((key) => key.slice('elections/work/'.length).split('.')[0]!)
  }
}
