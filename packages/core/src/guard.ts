import type { Entry } from './entry.js'
import { ConsensusError } from './error.js'

/**
 * Whether an entry still lives, given what its key holds now: whether it has the same `createRevision`.
 *
 * Errors: `GUARD_FAILED`, when it does not.
 */
export function assertLives(entry: Entry, now: Entry | undefined): void {
  if (now?.createRevision === entry.createRevision) return
  throw new ConsensusError('GUARD_FAILED', `${entry.key} of revision ${entry.createRevision} is gone`)
}

/**
 * For a store that reads the whole line: the youngest entry that is older than the given one, as
 * `ConsensusStore.predecessor` has it. `line`: what lies beneath its prefix, at one moment, oldest first.
 *
 * Errors: `GUARD_FAILED`, when the entry itself is not among them.
 */
export function predecessorIn(line: readonly Entry[], entry: Entry): Entry | undefined {
  const own = line.find(({ key, session }) => key === entry.key && session === entry.session)
  assertLives(entry, own)
  return line.findLast(({ createRevision }) => createRevision < entry.createRevision)
}
