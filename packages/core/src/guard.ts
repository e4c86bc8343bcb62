import type { Entry } from './entry.js'
import { ConsensusError } from './error.js'

/**
 * Whether an entry still lives, given what its key holds now: the same `createRevision`, and the same owner.
 *
 * Errors: `GUARD_FAILED`, when it does not.
 */
export function assertLives(entry: Entry, now: Entry | undefined): void {
  if (now?.createRevision === entry.createRevision && now.session === entry.session) return
  throw new ConsensusError('GUARD_FAILED', `${entry.key} of revision ${entry.createRevision} is gone`)
}

/**
 * For a store that reads the whole line: the youngest entry that is older than the given one, as
 * `ConsensusStore.predecessor` has it. `line`: what lies beneath its prefix, at one moment, oldest first.
 *
 * Errors: `GUARD_FAILED`, when the entry itself is not among them.
 */
export function predecessorIn(line: readonly Entry[], entry: Entry): Entry | undefined {
  assertLives(
    entry,
    line.find(({ key }) => key === entry.key),
  )
  return line.findLast(({ createRevision }) => createRevision < entry.createRevision)
}
