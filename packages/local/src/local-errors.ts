import { constants } from 'node:os'
import { ConsensusError, type ErrorCode, isConsensusError } from '@eldest/core'

interface Row {
  code: ErrorCode
  what: string
}

const { errno } = constants
const full: Row = {
  code: 'UNAVAILABLE',
  what: 'there is no room left on its disk, quota or file size limit: free some',
}
const denied: Row = {
  code: 'ACCESS_DENIED',
  what: 'this user may not read and write the file and its folder: change their owner or mode, or name another path',
}
const foreign: Row = { code: 'UNSUPPORTED', what: 'it is not a store file, or it is damaged: name another path' }
const busy: Row = { code: 'UNAVAILABLE', what: 'the system is out of files, memory or reader slots' }

/** Errors of the operating system (errno) and of LMDB (lmdb.h, negative): what they mean for a write. */
const table = new Map<number, Row>([
  [errno.ENOSPC, full],
  [errno.EDQUOT, full],
  [errno.EFBIG, full],
  [errno.EACCES, denied],
  [errno.EPERM, denied],
  [errno.EROFS, { code: 'ACCESS_DENIED', what: 'its file system is read-only: name a path on another one' }],
  [errno.EISDIR, { code: 'UNSUPPORTED', what: 'it is a folder: name a file in it' }],
  [errno.ENOTDIR, { code: 'UNSUPPORTED', what: 'a part of its path is a file, not a folder: name another path' }],
  [errno.EEXIST, { code: 'UNSUPPORTED', what: 'a part of its path is a file, not a folder: name another path' }],
  [errno.ENAMETOOLONG, { code: 'UNSUPPORTED', what: 'its path is too long: name a shorter one' }],
  [errno.ELOOP, { code: 'UNSUPPORTED', what: 'its path is a circle of symbolic links: name another one' }],
  [errno.ENOENT, { code: 'UNAVAILABLE', what: 'the file or its folder is gone' }],
  [errno.EMFILE, busy],
  [errno.ENFILE, busy],
  [errno.ENOMEM, busy],
  [errno.EIO, { code: 'OUTCOME_UNKNOWN', what: 'its disk reports an input/output error' }],
  [-30790, busy], // MDB_READERS_FULL
  [-30792, full], // MDB_MAP_FULL
  [-30793, foreign], // MDB_INVALID
  [-30794, foreign], // MDB_VERSION_MISMATCH
  [-30796, foreign], // MDB_CORRUPTED
  [-30797, foreign], // MDB_PAGE_NOTFOUND
])

/** What LMDB or the file system said, as a `ConsensusError` that names the file. */
export function localError(error: unknown, path: string): ConsensusError {
  if (isConsensusError(error)) return error
  const row = table.get(errorNumber(error))
  if (row) return new ConsensusError(row.code, `the store ${path} cannot be used: ${row.what}`, { cause: error })
  const text = error instanceof Error ? error.message : String(error)
  return new ConsensusError('BACKEND', `the store ${path} failed: ${text}`, { cause: error })
}

/** LMDB sets `code` to the number; Node sets `errno` to its negative. */
function errorNumber(error: unknown): number {
  const { code, errno } = error as { code?: unknown; errno?: unknown }
  if (typeof code === 'number') return code
  return typeof errno === 'number' ? -errno : 0
}
