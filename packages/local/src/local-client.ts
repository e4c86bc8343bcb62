import { type Key, open } from 'lmdb'
import { localError } from './local-errors.js'
import { LocalGate } from './local-gate.js'
import { PulseFolder, type Pulses } from './local-pulses.js'

/** A stretch of keys, both ends included. */
export interface KeyRange {
  start?: Key
  end?: Key
  reverse?: boolean
  limit?: number
}

/** What one moment's read sees. */
export interface Snapshot {
  /** How many commits the file has seen; 0 for a new one. */
  readonly version: number
  /** Whether the file has no keys at all. */
  readonly empty: boolean
  get(key: Key): unknown
  /** In key order; from `start` backwards where `reverse`. */
  range(range: KeyRange): Iterable<{ key: Key; value: unknown }>
}

/** One key to write, or to remove where `value` is `undefined`. */
export interface Write {
  key: Key
  value: unknown
}

/** The few calls on LMDB and the file system that the store is made of. */
export interface LocalClient {
  /** Looks at the newest state, synchronously; the snapshot is void afterwards. */
  read<T>(look: (snapshot: Snapshot) => T): T
  /**
   * Writes all or nothing, provided that nobody has committed since that version; `false`: somebody has. No lock is
   * held while JavaScript runs: checking and writing happen together, in LMDB's own thread.
   */
  commit(version: number, writes: readonly Write[]): Promise<boolean>
  readonly pulses: Pulses
  /** Resolves once a commit may begin, to what has to be called after it. */
  enter(): Promise<() => void>
  close(): Promise<void>
}

/**
 * The key whose version counts the commits, and on which every commit is conditional. Only where it exists may anything
 * else be read: LMDB crashes on values that were written without versions.
 */
export const META_KEY: Key = ['@eldest/local']

/** Opens the file, which must have been checked before: LMDB crashes on one that is not its own. */
export async function openLocalClient(path: string, timeoutMs: number): Promise<LocalClient> {
  const pulses = new PulseFolder(`${path}-sessions`)
  const gate = new LocalGate(`${path}-processes`)
  const db = await openDatabase(path, gate, timeoutMs)

  const snapshot: Snapshot = {
    get version() {
      return db.getEntry(META_KEY)?.version ?? 0
    },
    get empty() {
      return (db.getStats() as { entryCount: number }).entryCount === 0
    },
    get: (key) => db.get(key),
    range: (range) => db.getRange({ ...range, inclusiveEnd: true }),
  }

  return {
    read(look) {
      db.resetReadTxn() // or it would see what this turn of the event loop saw first
      try {
        return look(snapshot)
      } catch (error) {
        throw localError(error, path)
      } finally {
        db.resetReadTxn() // a snapshot that is kept stops the file from reusing its pages
      }
    },
    async commit(version, writes) {
      const write = () => {
        for (const { key, value } of writes) {
          const done = value === undefined ? db.remove(key) : db.put(key, value, version + 1)
          done.catch(() => undefined) // the condition's promise tells the same
        }
      }
      try {
        return await (version === 0 ? db.ifNoExists(META_KEY, write) : db.ifVersion(META_KEY, version, write))
      } catch (error) {
        throw localError(await commitCause(error), path)
      }
    },
    pulses,
    enter: () => gate.enter(),
    async close() {
      pulses.close()
      await gate.alone(timeoutMs, () => db.close())
      gate.close()
    },
  }
}

/** A failed commit hides the error behind a promise of its own, which nobody else must leave unhandled. */
async function commitCause(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<unknown> }
  try {
    await commitError
  } catch (cause) {
    return cause
  }
  return error
}

async function openDatabase(path: string, gate: LocalGate, timeoutMs: number) {
  const options = {
    path,
    noSubdir: true,
    permissionsMode: 0o600,
    useVersions: true,
    // One slot a process (and one a dead process until the next opening): LMDB's 126 would be the limit of processes.
    maxReaders: 1024,
    // The default commits before it flushes: after a power failure a revision could be issued twice.
    overlappingSync: false,
    // Batches are ours alone. With the default, LMDB's thread could wait for the main thread with the lock in its hand.
    eventTurnBatching: false,
    batchStartThreshold: Number.MAX_SAFE_INTEGER,
  }
  try {
    return await gate.alone(timeoutMs, () => open<unknown>(options))
  } catch (error) {
    gate.close()
    throw localError(error, path)
  }
}
