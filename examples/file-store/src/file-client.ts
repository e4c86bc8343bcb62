import type { Entry } from '@eldest/core'
import { hostNow } from '@eldest/core'
import { FileFolder } from './file-folder.js'
import { FileState } from './file-state.js'

/**
 * The requests that the store is made of, each one atomic step. For a store on a server this is what its client offers,
 * and all that is below it is the server's.
 */
export interface FileClient {
  /** Opening one that is open does nothing. */
  openSession(id: string, ttlMs: number, signal: AbortSignal): Promise<void>
  renewSession(id: string, signal: AbortSignal): Promise<void>
  /** Ending one that is gone does nothing. */
  endSession(id: string, signal: AbortSignal): Promise<void>
  create(session: string, key: string, value: Uint8Array, signal: AbortSignal): Promise<Entry>
  get(key: string, signal: AbortSignal): Promise<Entry | undefined>
  list(prefix: string, signal: AbortSignal): Promise<Entry[]>
  put(key: string, value: Uint8Array, guard: Entry | undefined, signal: AbortSignal): Promise<Entry>
  delete(key: string, guard: Entry | undefined, signal: AbortSignal): Promise<boolean>
}

/** A client of the folder: reads the newest commit, and writes the next one unless somebody else has. */
export function openFolder(path: string): FileClient {
  const folder = new FileFolder(path)
  let last: Promise<unknown> = Promise.resolve()

  /** One step after the other, or the requests of one process would fight each other for the next commit. */
  function step<T>(take: (state: FileState) => T, signal: AbortSignal): Promise<T> {
    const turn = last.then(() => attempt(take, signal))
    last = turn.catch(() => undefined)
    return turn
  }

  /** Takes the step on the newest state, again and again until nobody commits in between. */
  async function attempt<T>(take: (state: FileState) => T, signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted() // nobody waits any more: what was not committed yet must not be
      const { number, text } = await folder.newest()
      const state = FileState.parse(text, number)
      // Who finds that a session is over ends it by a commit. Else a renewal that is on its way could bring it back.
      state.endOverdue(hostNow())
      const result = take(state)
      if (!state.changed || (await folder.commit(number + 1, state.format()))) return result
    }
  }

  return {
    openSession: (id, ttlMs, signal) => step((state) => state.openSession(id, ttlMs, hostNow()), signal),
    renewSession: (id, signal) => step((state) => state.renewSession(id, hostNow()), signal),
    endSession: (id, signal) => step((state) => state.endSession(id), signal),
    create: (session, key, value, signal) => step((state) => state.create(session, key, value), signal),
    get: (key, signal) => step((state) => state.get(key), signal),
    list: (prefix, signal) => step((state) => state.list(prefix), signal),
    put: (key, value, guard, signal) => step((state) => state.put(key, value, guard), signal),
    delete: (key, guard, signal) => step((state) => state.delete(key, guard), signal),
  }
}
