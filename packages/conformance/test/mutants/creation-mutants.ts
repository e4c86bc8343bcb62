import type { CreateOptions, Entry, Session } from '@eldest/core'
import { freshName, prefixOf } from '@eldest/core/adapter'
import { MemoryServer } from '@eldest/core/memory'
import { alter, alterSession, server, SessionAlteringStore, store, TracingServer } from './mutant.js'

class OverwriteOnCreate extends MemoryServer {
  override createOrdered(session: string, key: string, value: Uint8Array): Entry {
    if (this.get(key)?.session !== session) this.delete(key, undefined)
    return super.createOrdered(session, key, value)
  }
}

class TakeOverOnCreate extends MemoryServer {
  override createOrdered(session: string, key: string, value: Uint8Array): Entry {
    alter(this.get(key), { session })
    return super.createOrdered(session, key, value)
  }
}

class FreshKeyAtEveryTry extends MemoryServer {
  override createOrdered(session: string, key: string, value: Uint8Array): Entry {
    return super.createOrdered(session, `${prefixOf(key)}/${freshName()}`, value)
  }
}

class ReusedRevisions extends TracingServer {
  override createOrdered(session: string, key: string, value: Uint8Array): Entry {
    return this.#stamp(this.get(key), () => super.createOrdered(session, key, value))
  }

  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    return this.#stamp(this.get(key), () => super.put(key, value, guard))
  }

  #stamp(existing: Entry | undefined, write: () => Entry): Entry {
    const last = this.living().reduce((max, { createRevision }) => (createRevision > max ? createRevision : max), 0n)
    const entry = write()
    if (!existing) alter(entry, { createRevision: last + 1n, modRevision: last + 1n })
    return entry
  }
}

class YoungerByPut extends MemoryServer {
  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    const entry = super.put(key, value, guard)
    alter(entry, { createRevision: entry.modRevision })
    return entry
  }
}

class AbortedEntryStays extends SessionAlteringStore {
  protected alterSession(session: Session): void {
    const create = session.createOrdered.bind(session)
    alterSession(session, {
      createOrdered: (prefix: string, value: Uint8Array, { signal, ...options }: CreateOptions = {}) => {
        signal?.throwIfAborted()
        return new Promise<Entry>((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
          create(prefix, value, options).then(resolve, reject)
        })
      },
    })
  }
}

const taken = 'a name that another session holds is KEY_EXISTS, and its entry stays as it was'
const unowned = 'a name that is taken by an entry without owner is KEY_EXISTS'
const repeated = 'createOrdered repeated in the same session gives the same entry'
const lost = 'one entry results when the answer to createOrdered is lost'
const lostTwice = 'one entry results when the answer to createOrdered is lost twice'
const reused = 'a revision is never used again after its entry was deleted'
const younger = 'a put does not make an entry younger'
const keeps = 'put keeps owner and createRevision and raises modRevision, whoever puts'
const aborted = 'an abort of createOrdered leaves no entry'
const abortedLost = 'an abort of createOrdered leaves no entry, also when its answer was lost'

export const creationMutants = [
  server('overwrites what exists on create', OverwriteOnCreate, taken, unowned),
  server('takes over what exists on create', TakeOverOnCreate, taken, unowned),
  server('makes a second entry after a lost answer', FreshKeyAtEveryTry, lost, lostTwice, repeated),
  server('reuses a revision after a deletion', ReusedRevisions, reused),
  server('makes an entry younger by a put', YoungerByPut, younger, keeps),
  store('leaves the entry of an aborted creation', AbortedEntryStays, aborted, abortedLost),
]
