import { ConsensusError, type ErrorCode, isConsensusError } from '@eldest/core'

/** What the system's errors mean for a write. None of them comes after the name of a commit has appeared. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'ACCESS_DENIED',
  EPERM: 'ACCESS_DENIED', // also a file system without hard links
  EROFS: 'ACCESS_DENIED',
  ENOTSUP: 'UNSUPPORTED',
  ENOTDIR: 'UNSUPPORTED',
  EEXIST: 'UNSUPPORTED', // mkdir, where a file has the folder's name
  ENAMETOOLONG: 'UNSUPPORTED',
  ENOENT: 'UNAVAILABLE', // the folder was removed
  ENOSPC: 'UNAVAILABLE',
  EDQUOT: 'UNAVAILABLE',
  EMFILE: 'UNAVAILABLE',
  ENFILE: 'UNAVAILABLE',
  EIO: 'OUTCOME_UNKNOWN',
}

/** What the file system said, as a `ConsensusError`. */
export function fileError(error: unknown, what: 'open' | 'read' | 'write'): ConsensusError {
  if (isConsensusError(error)) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  return new ConsensusError(CODES[code] ?? 'BACKEND', `the store cannot ${what} its folder: ${message}`, {
    cause: error,
  })
}
