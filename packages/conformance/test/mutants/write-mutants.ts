import { setTimeout as sleep } from 'node:timers/promises'
import { ConsensusError, type Entry, type WriteOptions } from '@eldest/core'
import { MemoryServer, MemoryStore } from '@eldest/core/memory'
import { alter, server, store } from './mutant.js'

class GuardIgnored extends MemoryServer {
  override put(key: string, value: Uint8Array): Entry {
    return super.put(key, value, undefined)
  }
}

class GuardOfDeleteIgnored extends MemoryServer {
  override delete(key: string): boolean {
    return super.delete(key, undefined)
  }
}

class GuardByKey extends MemoryServer {
  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    return super.put(key, value, guard && (this.get(guard.key) ?? guard))
  }
}

class GuardByValue extends MemoryServer {
  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    const changed = guard && this.get(guard.key)?.modRevision !== guard.modRevision
    return super.put(key, value, changed ? { ...guard, createRevision: 0n } : guard)
  }
}

class GuardCheckedBefore extends MemoryStore {
  override async put(key: string, value: Uint8Array, { guard, ...options }: WriteOptions = {}): Promise<Entry> {
    if (guard) {
      const living = await this.get(guard.key)
      if (living?.createRevision !== guard.createRevision) throw new ConsensusError('GUARD_FAILED', 'it is gone')
      await sleep(2)
    }
    return super.put(key, value, options)
  }
}

class PutDetachesOwner extends MemoryServer {
  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    const entry = super.put(key, value, guard)
    alter(entry, { session: undefined })
    return entry
  }
}

class PutKeepsModRevision extends MemoryServer {
  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    const entry = super.put(key, value, guard)
    alter(entry, { modRevision: entry.createRevision })
    return entry
  }
}

class DeleteAlwaysTrue extends MemoryServer {
  override delete(key: string, guard: Entry | undefined): boolean {
    super.delete(key, guard)
    return true
  }
}

class ValueShared extends MemoryServer {
  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    const entry = super.put(key, value, guard)
    alter(entry, { value })
    return entry
  }
}

class ValueAsText extends MemoryServer {
  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    return super.put(key, new TextEncoder().encode(new TextDecoder().decode(value)), guard)
  }
}

class WholeBuffer extends MemoryServer {
  override createOrdered(session: string, key: string, value: Uint8Array): Entry {
    return super.createOrdered(session, key, new Uint8Array(value.buffer))
  }
}

const passes = 'a guarded write passes while the guard lives, also where it goes to another key'
const deleted = 'a write is GUARD_FAILED once the guard was deleted, and nothing is written'
const sessionEnded = 'a write is GUARD_FAILED once the session of the guard has ended'
const anew = 'a write is GUARD_FAILED once the guard was made anew under its key, and the new one stays'
const notItsValue = 'a guard that was written since still guards: it is the entry that counts, not its value'
const atomic = 'a guarded write and its condition are one atomic step'
const keeps = 'put keeps owner and createRevision and raises modRevision, whoever puts'
const rises = 'modRevision rises with every write, whichever key it goes to'
const tells = 'delete tells whether there was an entry'
const plain =
  'an entry is a plain value: what is written later does not change it, nor does the array it was written from'
const comeBack = 'values come back as they were written: binary, empty, a part of a buffer, and the largest'

export const writeMutants = [
  server('ignores the guard of a put', GuardIgnored, deleted, sessionEnded, anew),
  server('ignores the guard of a delete', GuardOfDeleteIgnored, deleted, anew),
  server('guards by key, whichever entry has it', GuardByKey, anew),
  server('guards by modRevision', GuardByValue, notItsValue, passes),
  store('checks the guard before the write', GuardCheckedBefore, atomic),
  server('takes an entry from its owner by a put', PutDetachesOwner, keeps),
  server('leaves modRevision as it is', PutKeepsModRevision, keeps, rises),
  server('says that it deleted what was not there', DeleteAlwaysTrue, tells),
  server("keeps the caller's array", ValueShared, plain),
  server('takes values for text', ValueAsText, comeBack),
  server('stores the whole buffer behind a value', WholeBuffer, comeBack),
]
