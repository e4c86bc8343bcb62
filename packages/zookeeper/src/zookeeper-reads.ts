import type { Cancellable, Clock, Entry } from '@eldest/core'
import { assertLives, prefixOf, type Requests } from '@eldest/core/adapter'
import { Bell } from './zookeeper-bell.js'
import type { ZooKeeperBase } from './zookeeper-base.js'
import type { ZNode, ZooKeeperClient } from './zookeeper-client.js'
import { codeOf, type Doing, NO_NODE } from './zookeeper-errors.js'
import type { Found, ZooKeeperSpace } from './zookeeper-space.js'
import type { Watcher } from './zookeeper-watchers.js'

/** A part of the store as one state, read with a watcher that hears of the next change. */
export type Read<T> = (client: ZooKeeperClient, watcher?: Watcher) => Promise<T>

/** What a state has become by the deletion of a node; nothing where that cannot be told without reading. */
export type Without<T> = (path: string, last: T) => { state: T } | undefined

/** What is followed, and who is shown it. */
export interface Following<T> {
  what: string
  read: Read<T>
  without?: Without<T> | undefined
  signal: AbortSignal
  show: (state: T) => void
}

/**
 * A watch is read again after so long, should a notification be lost: the protocol loses none, so that many watches,
 * which would keep the quorum busy, take the longer turns of one read each `READ_AGAIN_APART_MS`.
 */
const READ_AGAIN_MS = 10_000
const READ_AGAIN_APART_MS = 200

/**
 * The reads of a store. A server answers reads from what it has, however old; a check in a transaction goes through
 * the quorum and comes back after all before it, and what is read behind it on the same connection is as new.
 */
export class ZooKeeperReads {
  readonly #requests: Requests<unknown>
  readonly #base: ZooKeeperBase
  readonly #space: ZooKeeperSpace
  readonly #clock: Clock
  /** The createRevisions of owned entries, by path: names are never used again. */
  readonly #ages = new Map<string, Map<string, bigint>>()
  #watches = 0

  constructor(requests: Requests<unknown>, base: ZooKeeperBase, space: ZooKeeperSpace, clock: Clock) {
    this.#requests = requests
    this.#base = base
    this.#space = space
    this.#clock = clock
  }

  /** A node and its entry; `undefined`: there is no node. */
  find(key: string): Read<Found | undefined> {
    const path = this.#space.path(key)
    return async (client, watcher) => {
      const [, node] = await inOrder(this.#barrier(client), nodeAt(client, path, watcher))
      if (!node) return undefined
      const found = this.#space.find(path, node)
      if (found.entry) return found
      const beside = this.#space.besideFolder(path)
      const other = await nodeAt(client, beside, watcher)
      return other ? this.#space.find(beside, other) : found
    }
  }

  one(key: string): Read<Entry | undefined> {
    const find = this.find(key)
    return async (client, watcher) => (await find(client, watcher))?.entry
  }

  /** What lies directly beneath a prefix, oldest first. */
  beneath(prefix: string): Read<Entry[]> {
    return async (client, watcher) => {
      const paths = await this.#pathsBeneath(prefix, client, watcher)
      const found = await inOrder(...paths.map((path) => this.#entryAt(path, client, watcher)))
      return found.filter((entry) => entry !== undefined).sort(byAge)
    }
  }

  async read<T>(what: string, read: Read<T>, { signal }: Cancellable): Promise<T> {
    const doing = this.#doing(what)
    return this.#requests.idempotent(doing.what, { signal }, (_, signal) =>
      this.#base.send(doing, signal, (client) => read(client)),
    )
  }

  async predecessor(entry: Entry, options: Cancellable): Promise<Entry | undefined> {
    return this.read(prefixOf(entry.key), (client) => this.#youngestBefore(entry, client), options)
  }

  /** Of a watched key: its entry went with its node. */
  readonly withoutNode: Without<Entry | undefined> = (path, last) =>
    last && this.#space.placeOf(last) === path ? { state: undefined } : undefined

  /** Reads a state, shows it, and then each later one, until a read fails or the connection ends. Always rejects. */
  async follow<T>(following: Following<T>): Promise<never> {
    const { what, read, without, signal, show } = following
    const doing = this.#doing(what)
    const bell = new Bell()
    const watched = new Set<ZooKeeperClient>()
    this.#watches++
    try {
      for (;;) {
        const { state, connection } = await this.#requests.idempotent(doing.what, { signal }, (_, signal) =>
          this.#base.send(doing, signal, async (client, connection) => {
            watched.add(client)
            return { state: await read(client, bell.ring), connection }
          }),
        )
        show(state)
        const againMs = Math.max(READ_AGAIN_MS, this.#watches * READ_AGAIN_APART_MS)
        const gone = await bell.rings(this.#clock, connection, { againMs, signal })
        const next = gone === undefined ? undefined : without?.(gone, state)
        if (!next) continue
        // The server has said all there is to say. It is told without asking again, since somebody may wait for just
        // that; who does leaves before the question what comes after it is asked.
        show(next.state)
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
      }
    } finally {
      this.#watches--
      for (const client of watched) client.forget(bell.ring)
    }
  }

  async #youngestBefore(given: Entry, client: ZooKeeperClient): Promise<Entry | undefined> {
    const prefix = prefixOf(given.key)
    const [paths, now] = await inOrder(this.#pathsBeneath(prefix, client), this.#now(given, client))
    assertLives(given, now)
    const known = this.#ages.get(prefix)
    const ages = new Map<string, bigint>()
    const fetched = paths.map(async (path) => {
      const age = known?.get(path)
      if (age !== undefined) return [path, age] as const
      const entry = await this.#entryAt(path, client)
      if (entry?.session !== undefined) ages.set(path, entry.createRevision)
      return entry && ([path, entry.createRevision] as const)
    })
    const all = (await inOrder(...fetched)).filter((each) => each !== undefined)
    for (const [path, age] of all) if (known?.has(path)) ages.set(path, age)
    this.#ages.set(prefix, ages)
    const older = all.filter(([, age]) => age < given.createRevision).sort(([, a], [, b]) => (a > b ? -1 : 1))
    for (const [path, age] of older) {
      const entry = await this.#entryAt(path, client)
      if (entry?.createRevision === age) return entry
      ages.delete(path) // another entry has its name now, and is younger
    }
    // Who is missing has gone since: was the given entry there after that?
    const isOfOneMoment = older.length === 0 && paths.every((path) => known?.has(path))
    if (!isOfOneMoment) assertLives(given, await this.#now(given, client))
    return undefined
  }

  /** What the key of an entry holds. */
  async #now(entry: Entry, client: ZooKeeperClient): Promise<Entry | undefined> {
    const place = this.#space.placeOf(entry)
    return place === undefined ? this.one(entry.key)(client) : this.#entryAt(place, client)
  }

  async #pathsBeneath(prefix: string, client: ZooKeeperClient, watcher?: Watcher): Promise<string[]> {
    const folder = this.#space.path(prefix)
    const [, names] = await inOrder(this.#barrier(client), childrenOf(client, folder, watcher))
    return names.map((name) => (folder === '/' ? `/${name}` : `${folder}/${name}`))
  }

  async #entryAt(path: string, client: ZooKeeperClient, watcher?: Watcher): Promise<Entry | undefined> {
    try {
      return this.#space.find(path, await client.getData(path, watcher)).entry
    } catch (error) {
      if (codeOf(error) === NO_NODE) return undefined // it went meanwhile
      throw error
    }
  }

  #barrier(client: ZooKeeperClient): Promise<unknown> {
    return client.transact([{ type: 'check', path: this.#space.root, version: -1 }])
  }

  #doing(what: string): Doing {
    return { what: `read ${what}`, right: `READ on ${this.#space.root} and what lies beneath it` }
  }
}

/** The node, or `undefined`; the watcher hears of its creation then. */
async function nodeAt(client: ZooKeeperClient, path: string, watcher?: Watcher): Promise<ZNode | undefined> {
  for (;;) {
    try {
      return await client.getData(path, watcher)
    } catch (error) {
      if (codeOf(error) !== NO_NODE) throw error
    }
    if (!watcher || !(await client.exists(path, watcher))) return undefined
  }
}

async function childrenOf(client: ZooKeeperClient, path: string, watcher?: Watcher): Promise<string[]> {
  for (;;) {
    try {
      return await client.getChildren(path, watcher)
    } catch (error) {
      if (codeOf(error) !== NO_NODE) throw error
    }
    if (!watcher || !(await client.exists(path, watcher))) return []
  }
}

/** Requests that were sent one after the other without waiting: the first failure, when all have settled. */
async function inOrder<T extends readonly unknown[]>(...requests: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(requests)
  return await Promise.all(requests)
}

function byAge(a: Entry, b: Entry): number {
  return a.createRevision < b.createRevision ? -1 : 1
}
