import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConsensusError } from '@eldest/core'
import { lmdbFault } from './lmdb-file.js'
import { localError } from './local-errors.js'

const { R_OK, W_OK, X_OK } = constants
/** LMDB's lock file with our number of reader slots. */
const LOCK_BYTES = 65_536
/** What a new store needs: its lock file, and some pages. */
const ROOM_BYTES = 2 * LOCK_BYTES
/** What LMDB opens at once, and some. */
const FILES = 8

/** The store's files, and whether they are still the ones that were opened. */
export class LocalFile {
  readonly path: string
  readonly #opened: string

  private constructor(path: string) {
    this.path = path
    this.#opened = identity(path)
  }

  /**
   * Makes the folder, and throws a `ConsensusError` that says how to mend it unless LMDB can open the file: whatever
   * it fails at in opening, lmdb 3.5 kills the process with a signal. Returns the path to open.
   */
  static async prepare(path: string): Promise<string> {
    try {
      const absolute = resolve(path)
      mkdirSync(dirname(absolute), { recursive: true })
      // One name a file, or one process could open it twice under two names, and lose its locks with the first close.
      const real = statSync(absolute, { throwIfNoEntry: false })
        ? realpathSync(absolute)
        : join(realpathSync(dirname(absolute)), basename(absolute))
      accessSync(dirname(real), R_OK | W_OK | X_OK)
      const bytes = accessibleBytes(real)
      const lockBytes = accessibleBytes(`${real}-lock`)
      assertSpareFiles(dirname(real))
      if (bytes === 0 || lockBytes < LOCK_BYTES) assertRoom(real)
      if (bytes > 0) await assertSound(real)
      return real
    } catch (error) {
      throw localError(error, path)
    }
  }

  /** Remembers which files LMDB has just opened. */
  static opened(path: string): LocalFile {
    return new LocalFile(path)
  }

  /** What has happened to the files since; `undefined` while they are the same. LMDB would write into a deleted one. */
  change(): string | undefined {
    const present = identity(this.path)
    if (present === this.#opened) return undefined
    return present.includes('gone') ? 'was deleted while in use' : 'was replaced while in use'
  }
}

/** The length of a file that may be read and written; 0 if there is none. */
function accessibleBytes(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (stat.isDirectory()) throw new ConsensusError('UNSUPPORTED', `the store ${path} is a folder: name a file in it`)
  if (!stat.isFile()) throw new ConsensusError('UNSUPPORTED', `the store ${path} is a device or a pipe: name a file`)
  accessSync(path, R_OK | W_OK)
  return stat.size
}

function assertSpareFiles(folder: string): void {
  const open: number[] = []
  try {
    for (let i = 0; i < FILES; i++) open.push(openSync(folder, 'r'))
  } finally {
    for (const file of open) closeSync(file)
  }
}

function assertRoom(path: string): void {
  const probe = `${path}-probe-${process.pid}`
  try {
    writeFileSync(probe, new Uint8Array(ROOM_BYTES), { mode: 0o600 })
  } finally {
    rmSync(probe, { force: true })
  }
}

async function assertSound(path: string): Promise<void> {
  let fault = lmdbFault(path)
  // A file that another process is creating or extending at this moment looks damaged for an instant.
  for (let retry = 0; fault !== undefined && retry < 3; retry++) {
    await delay(20)
    fault = lmdbFault(path)
  }
  if (fault === undefined) return
  throw new ConsensusError('UNSUPPORTED', `${path} is not a store file (${fault}): name another path or delete it`)
}

/** All count: with another lock file, two processes would hold two different locks. */
function identity(path: string): string {
  return [path, `${path}-lock`, `${path}-sessions`, `${path}-processes`]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
      return stat ? `${stat.dev}:${stat.ino}` : 'gone'
    })
    .join(' ')
}
