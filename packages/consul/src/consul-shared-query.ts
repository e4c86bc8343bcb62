import type { Clock } from '@eldest/core'
import { onAbort, sleep } from '@eldest/core/adapter'
import type { ConsulKey, ConsulRead } from './consul-client.js'

/** What a {@link ConsulSharedQuery} is made of. */
export interface ConsulSharedQueryOptions {
  clock: Clock
  /** Reads all keys of the namespace, linearizably, as soon as there is something newer than the index. */
  query: (index: number, signal: AbortSignal) => Promise<ConsulRead>
}

/** What one watch is about: a key, or all that begins with the name. */
export interface Watched {
  name: string
  recurse: boolean
}

/** One of the watches that the query is asked for. */
interface SharedWatch {
  /** The keys that were shown last, and their indexes. */
  shown: string
  /** How many queries had been sent when it was read, and with which index that came. */
  readonly since: number
  readonly index: number
  readonly show: (read: ConsulRead) => void
  readonly fail: (error: unknown) => void
}

/** Watches of the same thing. */
interface Group extends Watched {
  watches: Set<SharedWatch>
}

/** An answer costs by the number of its keys: so long until the next, should changes come one after the other. */
const PAUSE_PER_KEY_MS = 0.02

/**
 * Watches that share one blocking query over the namespace: for those that are too many to have one each, since a query
 * holds a connection, of which an agent takes 200 from one address (`http_max_conns_per_client`).
 */
export class ConsulSharedQuery {
  readonly #options: ConsulSharedQueryOptions
  readonly #groups = new Map<string, Group>()
  #sent = 0
  #running: AbortController | undefined

  constructor(options: ConsulSharedQueryOptions) {
    this.#options = options
  }

  /**
   * Shows each later state of what was read and was not empty, until a query fails or the signal aborts: it always
   * rejects. Where there was nothing, the index is that of another key, and says nothing.
   */
  follow(watched: Watched, read: ConsulRead, signal: AbortSignal, show: SharedWatch['show']): Promise<never> {
    return new Promise<never>((_, reject) => {
      signal.throwIfAborted()
      const fail = (error: unknown) => {
        unlink()
        this.#remove(group, watch)
        reject(error)
      }
      const unlink = onAbort(signal, fail)
      const watch = { shown: indexesOf(read.keys), since: this.#sent, index: read.index ?? 0, show, fail }
      const group = this.#groupOf(watched)
      group.watches.add(watch)
      if (!this.#running) this.#run()
    })
  }

  #groupOf({ name, recurse }: Watched): Group {
    const id = `${recurse} ${name}`
    const group = this.#groups.get(id) ?? { name, recurse, watches: new Set() }
    this.#groups.set(id, group)
    return group
  }

  #remove({ name, recurse, watches }: Group, watch: SharedWatch): void {
    watches.delete(watch)
    if (watches.size === 0) this.#groups.delete(`${recurse} ${name}`)
    if (this.#groups.size > 0) return
    this.#running?.abort(new Error('nobody watches any more'))
    this.#running = undefined
  }

  #run(): void {
    const running = new AbortController()
    this.#running = running
    this.#ask(running.signal).catch((error: unknown) => {
      if (this.#running !== running) return // nobody watched any more
      this.#running = undefined
      for (const watch of [...this.#groups.values()].flatMap(({ watches }) => [...watches])) watch.fail(error)
    })
  }

  async #ask(signal: AbortSignal): Promise<never> {
    const { clock, query } = this.#options
    for (let index = 0; ;) {
      const number = ++this.#sent
      const read = await query(index, signal)
      this.#show(read, number)
      // It goes backwards after a restore, and when the traces of deletions are cleared: then from the start.
      const next = read.index ?? 0
      index = next < index ? 0 : next
      await sleep(clock, read.keys.length * PAUSE_PER_KEY_MS, signal)
    }
  }

  #show({ keys, index = 0 }: ConsulRead, number: number): void {
    const byName = new Map(keys.map((key) => [key.Key, key]))
    for (const { name, recurse, watches } of [...this.#groups.values()]) {
      const key = byName.get(name)
      const found = recurse ? keys.filter(({ Key }) => Key.startsWith(name)) : key ? [key] : []
      const shown = indexesOf(found)
      for (const watch of [...watches]) {
        // A query that was under way when the watch was read may answer with what was before.
        const isNewer = number > watch.since || index >= watch.index
        if (!isNewer || shown === watch.shown) continue
        watch.shown = shown
        watch.show({ keys: found, index })
      }
    }
  }
}

function indexesOf(keys: readonly ConsulKey[]): string {
  return keys.map(({ Key, ModifyIndex }) => `${Key}@${ModifyIndex}`).join()
}
