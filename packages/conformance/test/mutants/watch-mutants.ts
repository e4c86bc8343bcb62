import type { Cancellable, Entry } from '@eldest/core'
import { MemoryLink, MemoryStore } from '@eldest/core/memory'
import { type Mutant, store } from './mutant.js'

type Watched<T> = AsyncGenerator<T, void>

/** A client whose watches are changed on their way. */
abstract class WatchAlteringStore extends MemoryStore {
  override watch(key: string, options?: Cancellable): AsyncIterable<Entry | undefined> {
    return this.alter(super.watch(key, options))
  }

  override watchPrefix(prefix: string, options?: Cancellable): AsyncIterable<Entry[]> {
    return this.alter(super.watchPrefix(prefix, options))
  }

  protected abstract alter<T>(states: AsyncIterable<T>): Watched<T>
}

class DropsLastChange extends WatchAlteringStore {
  protected async *alter<T>(states: AsyncIterable<T>): Watched<T> {
    let held: { state: T } | undefined
    let first = true
    for await (const state of states) {
      if (first) yield state
      else if (held) yield held.state
      if (!first) held = { state }
      first = false
    }
  }
}

class GoesBack extends WatchAlteringStore {
  protected async *alter<T>(states: AsyncIterable<T>): Watched<T> {
    const seen: T[] = []
    for await (const state of states) {
      yield state
      if (seen.length > 0) yield* [seen.at(-1)!, state]
      seen.push(state)
    }
  }
}

class MissesPresentState extends WatchAlteringStore {
  protected async *alter<T>(states: AsyncIterable<T>): Watched<T> {
    let first = true
    for await (const state of states) {
      if (!first) yield state
      first = false
    }
  }
}

class CannotBeLeft extends WatchAlteringStore {
  // The return() of a generator waits for the next() that is under way.
  protected async *alter<T>(states: AsyncIterable<T>): Watched<T> {
    yield* states
  }
}

class MissesDeletions extends MemoryStore {
  override async *watch(key: string, options?: Cancellable): Watched<Entry | undefined> {
    let existed = false
    for await (const state of super.watch(key, options)) {
      if (state || !existed) yield state
      existed ||= state !== undefined
    }
  }
}

class DeafAfterCut extends MemoryLink {
  override onHeal(): () => void {
    return () => {}
  }
}

const atOnce = 'a watch shows the present state at once: an entry, or that there is none'
const each = 'a watch shows the creation of a missing key, each new value, the deletion and the re-creation'
const prefixes = 'a watch of a prefix shows its entries oldest first and nothing of its siblings'
const expired = 'a watch shows that an entry went with its session: closed, ended by hand, run out'
const burst = 'the last state arrives after a burst of writes, also at a slow reader, and no state goes back'
const deletion = 'the last state arrives after a burst that ends in a deletion'
const healed = 'a watch goes on after its connection was cut and healed'
const begunCut = 'a watch that begins while the connection is cut shows the state once it is healed'
const left = 'leaving the loop ends a watch, also while it waits'

export const watchMutants: Mutant[] = [
  store('drops the last change of a watch', DropsLastChange, each, prefixes, burst, deletion),
  store('goes back in a watch', GoesBack, each, burst, prefixes),
  store('does not show the present state', MissesPresentState, atOnce),
  store('does not show deletions', MissesDeletions, each, expired, deletion),
  store('cannot leave a watch that waits', CannotBeLeft, left),
  {
    name: 'misses what happened during a cut',
    caughtBy: [healed, begunCut],
    parts: () => ({ createLink: () => new DeafAfterCut() }),
  },
]
