import type { Clock, Entry } from '@eldest/core'
import { sleep, type Watching } from '@eldest/core/adapter'

/** The pause between two looks. A store that can tell of changes waits for them here, and then reads. */
const LOOK_MS = 25

/** Follows a state by reading it again and again. */
export function byLooking<T>(clock: Clock, read: (signal: AbortSignal) => Promise<T>): Watching<T>['feed'] {
  return async (signal, show) => {
    for (;;) {
      show(await read(signal))
      await sleep(clock, LOOK_MS, signal)
    }
  }
}

export function sameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  return a?.modRevision === b?.modRevision
}

export function sameEntries(a: Entry[], b: Entry[]): boolean {
  return a.length === b.length && a.every((entry, i) => sameEntry(entry, b[i]))
}
