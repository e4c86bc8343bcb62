import { type Cancellable, type Clock, ConsensusError, type Entry, isConsensusError } from '@eldest/core'
import { predecessorIn, prefixOf, type Requests, withDeadline } from '@eldest/core/adapter'
import type { ConsulRead, ReadQuery } from './consul-client.js'
import type { ConsulHost } from './consul-host.js'
import { ConsulSharedQuery } from './consul-shared-query.js'
import type { ConsulSpace } from './consul-space.js'

/** A part of the store as one state. */
export interface View<T> {
  /** The key, or what all its keys begin with. */
  name: string
  recurse: boolean
  state(read: ConsulRead): T
}

/** How long a blocking query waits for a change; a server that hangs is noticed after this and the request timeout. */
const WAIT_MS = 10_000
/** So long where the answer is the whole namespace. */
const SHARED_WAIT_MS = 60_000
/** So many watches have a query of their own; the others share one, unless there is nothing of theirs yet. */
const MOST_QUERIES = 32

/** The reads of a store, all of them linearizable, and the following of what was read. */
export class ConsulReads {
  readonly #requests: Requests<ConsulHost>
  readonly #space: ConsulSpace
  readonly #clock: Clock
  readonly #requestTimeoutMs: number
  readonly #shared: ConsulSharedQuery
  #queries = 0

  constructor(requests: Requests<ConsulHost>, space: ConsulSpace, timing: { clock: Clock; requestTimeoutMs: number }) {
    this.#requests = requests
    this.#space = space
    this.#clock = timing.clock
    this.#requestTimeoutMs = timing.requestTimeoutMs
    const all = this.beneath('')
    this.#shared = new ConsulSharedQuery({
      clock: timing.clock,
      query: (index, signal) => this.#next(all, { index, waitMs: SHARED_WAIT_MS }, signal),
    })
  }

  one(key: string): View<Entry | undefined> {
    const state = ({ keys: [first] }: ConsulRead) => first && this.#space.entry(first)
    return { name: this.#space.nameOf(key), recurse: false, state }
  }

  /** What lies directly beneath a prefix, oldest first: Consul lists by name, and whatever lies deeper too. */
  beneath(prefix: string): View<Entry[]> {
    return {
      name: this.#space.beneath(prefix),
      recurse: true,
      state: ({ keys }) =>
        keys
          .map((key) => this.#space.entry(key))
          .filter(({ key }) => prefixOf(key) === prefix)
          .sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1)),
    }
  }

  async read<T>(view: View<T>, { signal }: Cancellable): Promise<T> {
    const what = `read ${view.name}`
    const read = await this.#requests.idempotent(what, { signal }, (host, signal) => this.#read(host, view, {}, signal))
    return view.state(read)
  }

  async predecessor(entry: Entry, options: Cancellable): Promise<Entry | undefined> {
    return predecessorIn(await this.read(this.beneath(prefixOf(entry.key)), options), entry)
  }

  /** Whether an agent answers and lets us read. */
  async probe(host: ConsulHost, signal: AbortSignal): Promise<void> {
    await this.#read(host, this.one('elections'), {}, signal)
  }

  /** Shows a state, and then each later one, until a query fails. Always rejects. */
  async follow<T>(view: View<T>, signal: AbortSignal, show: (state: T) => void): Promise<never> {
    if (this.#queries >= MOST_QUERIES) {
      const read = await this.#next(view, { index: 0, waitMs: 0 }, signal)
      show(view.state(read))
      if (read.keys.length > 0) return this.#shared.follow(view, read, signal, (later) => show(view.state(later)))
    }
    this.#queries++
    try {
      for (let index = 0; ;) {
        const read = await this.#next(view, { index, waitMs: WAIT_MS }, signal)
        show(view.state(read))
        // Who waited for just that leaves before the next query is sent, which would have to be torn down.
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
        // It goes backwards after a restore, and when the traces of deletions are cleared: then from the start.
        const next = read.index ?? 0
        index = next < index ? 0 : next
      }
    } finally {
      this.#queries--
    }
  }

  /** Reads as soon as there is something newer than the index, or the wait is over; at once if it is 0. */
  async #next(view: View<unknown>, query: { index: number; waitMs: number }, signal: AbortSignal): Promise<ConsulRead> {
    const { index, waitMs } = query
    const host = this.#requests.preferred
    // The server adds up to a sixteenth to the wait, so that clients do not return together.
    const timeoutMs = this.#requestTimeoutMs + (index > 0 ? waitMs * (1 + 1 / 16) : 0)
    const onTimeout = () => new ConsensusError('OUTCOME_UNKNOWN', `${view.name} was not read within ${timeoutMs} ms`)
    try {
      return await withDeadline({ clock: this.#clock, timeoutMs, signal, onTimeout }, (waiting) =>
        this.#read(host, view, index > 0 ? query : {}, waiting),
      )
    } catch (error) {
      if (isConsensusError(error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN')) this.#requests.avoid(host)
      throw error
    }
  }

  async #read(
    host: ConsulHost,
    { name, recurse }: Pick<View<unknown>, 'name' | 'recurse'>,
    query: ReadQuery,
    signal: AbortSignal,
  ): Promise<ConsulRead> {
    const doing = { what: `read ${name || 'all keys'}`, right: this.#space.right('read') }
    const read = await host.request(doing, signal, (client, sending) =>
      client.read(name, { ...query, recurse }, sending),
    )
    if (read.index === undefined) {
      throw new ConsensusError('BACKEND', `Consul could not ${doing.what}: what answers is no Consul`)
    }
    // Without the right to read a list is empty, and no error; a single key is refused.
    if (recurse && read.keys.length === 0 && name !== '') {
      await host.request(doing, signal, (client, sending) => client.read(name.slice(0, -1), {}, sending))
    }
    return read
  }
}
