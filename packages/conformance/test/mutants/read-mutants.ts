import type { Cancellable, Entry } from '@eldest/core'
import { MemoryServer, MemoryStore } from '@eldest/core/memory'
import { server, store, TracingServer } from './mutant.js'

class ListInKeyOrder extends MemoryServer {
  override list(prefix: string): Entry[] {
    return super.list(prefix).sort((a, b) => (a.key < b.key ? -1 : 1))
  }
}

class PrefixMatchesSiblings extends TracingServer {
  override list(prefix: string): Entry[] {
    const matching = this.living().filter(
      ({ key }) => key.startsWith(prefix) && key.split('/').length === prefix.split('/').length + 1,
    )
    return matching.sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1))
  }
}

class PrefixMatchesDeeper extends TracingServer {
  override list(prefix: string): Entry[] {
    const matching = this.living().filter(({ key }) => key.startsWith(`${prefix}/`))
    return matching.sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1))
  }
}

class PredecessorIsEldest extends MemoryServer {
  override predecessor(entry: Entry): Entry | undefined {
    const eldest = this.list(entry.key.slice(0, entry.key.lastIndexOf('/')))[0]
    return eldest?.key === entry.key ? undefined : eldest
  }
}

class PredecessorOfTheGone extends MemoryServer {
  override predecessor(entry: Entry): Entry | undefined {
    const line = this.list(entry.key.slice(0, entry.key.lastIndexOf('/')))
    return line.findLast(({ createRevision }) => createRevision < entry.createRevision)
  }
}

class PredecessorByKey extends MemoryServer {
  override predecessor(entry: Entry): Entry | undefined {
    return super.predecessor(this.get(entry.key) ?? entry)
  }
}

class StaleReads extends MemoryStore {
  readonly #read = new Map<string, { entry: Entry | undefined; atMs: number }>()

  override async get(key: string, options?: Cancellable): Promise<Entry | undefined> {
    const known = this.#read.get(key)
    if (known && performance.now() - known.atMs < 30) return known.entry
    const entry = await super.get(key, options)
    this.#read.set(key, { entry, atMs: performance.now() })
    return entry
  }
}

const oldestFirst = 'list is oldest first, not in the order of keys'
const covers = 'a prefix covers the keys directly beneath it: no sibling, nothing deeper, not itself'
const watched = 'a watch of a prefix shows its entries oldest first and nothing of its siblings'
const samePrefix = 'the predecessor lies beneath the same prefix: no sibling, nothing deeper'
const youngestOlder = 'the predecessor is the youngest older entry, and the eldest has none'
const ofGone = 'the predecessor of an entry that is gone is GUARD_FAILED, whatever else there is'
const ofAnother = 'the predecessor of an entry whose key was made anew is GUARD_FAILED'
const seesWrites = 'get, list and predecessor see every write that had returned before, whoever wrote'

export const readMutants = [
  server('lists in the order of keys', ListInKeyOrder, oldestFirst, watched),
  server('matches ab with the prefix a', PrefixMatchesSiblings, covers, watched, samePrefix),
  server('matches a/b/x with the prefix a', PrefixMatchesDeeper, covers, watched, samePrefix),
  server('gives the eldest as predecessor', PredecessorIsEldest, youngestOlder),
  server('gives a predecessor to who is gone', PredecessorOfTheGone, ofGone, ofAnother),
  server('gives the predecessor of whoever has the key now', PredecessorByKey, ofAnother),
  store('reads what it has read before', StaleReads, seesWrites),
]
