import { type Cancellable, type Entry, isConsensusError } from '@eldest/core'
import { predecessorIn, prefixOf, type Requests } from '@eldest/core/adapter'
import type { IRangeRequest, IRangeResponse } from 'etcd3'
import type { EtcdHost } from './etcd-host.js'
import type { EtcdSpace, KeyRange } from './etcd-space.js'
import { rightOn } from './etcd-writes.js'

/** A part of the store as one state. */
export interface View<T> {
  range: KeyRange
  /** Whether a key of the range belongs to it. */
  holds(key: string): boolean
  state(entries: Iterable<Entry>): T
}

type RangeRequest = IRangeRequest & { key: Buffer }

/** The reads of a store, all of them linearizable, and the following of what was read. */
export class EtcdReads {
  readonly #requests: Requests<EtcdHost>
  readonly #space: EtcdSpace

  constructor(requests: Requests<EtcdHost>, space: EtcdSpace) {
    this.#requests = requests
    this.#space = space
  }

  one(key: string): View<Entry | undefined> {
    return { range: { key: this.#space.key(key) }, holds: () => true, state: ([entry]) => entry }
  }

  /** What lies directly beneath a prefix, oldest first. */
  beneath(prefix: string): View<Entry[]> {
    return {
      range: this.#space.beneath(prefix),
      holds: (key) => prefixOf(key) === prefix,
      state: (entries) => [...entries].sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1)),
    }
  }

  async read<T>(view: View<T>, { signal }: Cancellable): Promise<T> {
    const { answer } = await this.#range(view.range, signal)
    return view.state(this.#entries(view, answer).values())
  }

  async predecessor(entry: Entry, { signal }: Cancellable): Promise<Entry | undefined> {
    const view = this.beneath(prefixOf(entry.key))
    const line: RangeRequest = {
      ...view.range,
      max_create_revision: entry.createRevision.toString(),
      sort_target: 'Create',
      sort_order: 'Descend',
    }
    const { answer } = await this.#range({ ...line, limit: 2 }, signal)
    const two = this.#entries(view, answer)
    const [youngest, next] = two.values()
    // One lies deeper, or both were made in one transaction, as we make none: then the rest has to be seen, too.
    const isEnough = two.size === answer.kvs.length && (!next || youngest!.createRevision !== next.createRevision)
    const all = isEnough ? two : this.#entries(view, (await this.#range(line, signal)).answer)
    return predecessorIn(view.state(all.values()), entry)
  }

  /** Reads a state, shows it, and then each later one, until the watch fails. Always rejects. */
  async follow<T>(view: View<T>, signal: AbortSignal, show: (state: T) => void): Promise<never> {
    const { host, answer } = await this.#range(view.range, signal)
    const entries = this.#entries(view, answer)
    show(view.state(entries.values()))
    try {
      return await host.follow({
        range: view.range,
        startRevision: BigInt(answer.header.revision) + 1n,
        signal,
        right: rightOf(view.range),
        onEvents: (events) => {
          for (const { type, kv } of events) {
            const key = this.#space.keyOf(kv)
            if (!view.holds(key)) continue
            if (type === 'Put') entries.set(key, this.#space.entry(kv))
            else entries.delete(key)
          }
          show(view.state(entries.values()))
        },
      })
    } catch (error) {
      if (isConsensusError(error, 'OUTCOME_UNKNOWN')) this.#requests.avoid(host)
      throw error
    }
  }

  /** The term that a linearizable read by this member comes with. `what` the read is for, should it fail. */
  async term(what: string, host: EtcdHost, signal: AbortSignal): Promise<string> {
    const range = { key: Buffer.from(this.#space.probe) }
    const doing = { what, right: rightOf(range) }
    const request = { ...range, count_only: true }
    const { header } = await host.request(doing, signal, (client, sending) => client.range(request, sending))
    return header.raft_term
  }

  #range(request: RangeRequest, signal?: AbortSignal): Promise<{ host: EtcdHost; answer: IRangeResponse }> {
    const doing = { what: `read ${request.key.toString()}`, right: rightOf(request) }
    return this.#requests.idempotent(doing.what, { signal }, async (host, signal) => {
      const answer = await host.request(doing, signal, (client, sending) => client.range(request, sending))
      return { host, answer }
    })
  }

  #entries(view: View<unknown>, { kvs }: IRangeResponse): Map<string, Entry> {
    const entries = kvs.map((kv) => this.#space.entry(kv)).filter(({ key }) => view.holds(key))
    return new Map(entries.map((entry) => [entry.key, entry]))
  }
}

function rightOf({ key, range_end }: RangeRequest): string {
  return rightOn('read', key.toString()) + (range_end ? ` up to ${JSON.stringify(range_end.toString())}` : '')
}
