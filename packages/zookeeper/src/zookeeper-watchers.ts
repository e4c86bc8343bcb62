import zookeeper from 'node-zookeeper-client'

/** Hears that something has changed; with a path, that there is no node any more. */
export type Watcher = (gone?: string) => void

/** As the server tells it. */
export interface Notification {
  type: number
  path: string
}

/** What the client registers at one path, once, for however many watches. */
interface Dispatcher {
  readonly notify: (event: Notification) => void
  readonly watchers: Set<Watcher>
}

/**
 * The watchers of one client object. The client has no way to take a watcher back, so it is given one function for
 * each path, which outlives the watches that it wakes until the server notifies it.
 */
export class ZooKeeperWatchers {
  readonly #dispatchers = new Map<string, Dispatcher>()
  /** Where each watcher waits. */
  readonly #places = new Map<Watcher, Set<Dispatcher>>()

  /** The function to hand to the client in place of a watcher of a node, or of its children. */
  at(what: 'node' | 'children', path: string, watcher: Watcher): (event: Notification) => void {
    const key = `${what} ${path}`
    const dispatcher = this.#dispatchers.get(key) ?? this.#add(key)
    dispatcher.watchers.add(watcher)
    const places = this.#places.get(watcher) ?? new Set()
    this.#places.set(watcher, places.add(dispatcher))
    return dispatcher.notify
  }

  /** Wakes this one no more. */
  forget(watcher: Watcher): void {
    for (const { watchers } of this.#places.get(watcher) ?? []) watchers.delete(watcher)
    this.#places.delete(watcher)
  }

  #add(key: string): Dispatcher {
    const watchers = new Set<Watcher>()
    const notify = (event: Notification) => {
      this.#dispatchers.delete(key) // the client has let go of it, too
      const woken = [...watchers]
      watchers.clear()
      for (const watcher of woken) this.#places.get(watcher)?.delete(dispatcher)
      const gone = event.type === zookeeper.Event.NODE_DELETED ? event.path : undefined
      for (const wake of woken) wake(gone)
    }
    const dispatcher = { notify, watchers }
    this.#dispatchers.set(key, dispatcher)
    return dispatcher
  }
}
