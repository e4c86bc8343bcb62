import type { Election, ElectionOptions, Standby } from '@eldest/core'
import { type Leadership, isConsensusError } from '@eldest/core'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from './duration.js'
import { layoutOf, type LayoutOptions, withLayout } from './layouts.js'
import { parseName } from './names.js'
import type { Reporter } from './report.js'
import { type StoreOptions, withStore } from './store-location.js'

/** Options of the commands that stand for election. */
export interface CandidateOptions extends StoreOptions, LayoutOptions {
  id?: string
  ttl: number
  value?: unknown
}

/** Adds them to a command. */
export function withCandidate(command: Command): Command {
  withLayout(withStore(command))
    .option('--id <id>', 'name of this candidate (default: host name and process id)', parseName)
    .addOption(
      new Option('--ttl <duration>', 'silence after which the next candidate takes over')
        .argParser(parseDuration)
        .default(15_000, '15s'),
    )
    .option('--value <json>', 'JSON that others see beside this candidate', parseJson)
  return command
}

/** The same as the library's options. */
export async function electionOptions(options: CandidateOptions): Promise<ElectionOptions> {
  const { id, ttl, value } = options
  return { ttlMs: ttl, value, ...(id === undefined ? {} : { id }), ...(await layoutOf(options)) }
}

/** Tells of one candidacy that waits, and, should it end without being elected, of its end. */
export function reportStandby(reporter: Reporter, election: Election, standby: Standby): void {
  const own = { election: election.name, id: standby.id, fencingToken: standby.fencingToken }
  reporter.candidate({ event: 'standby', ...own })
  standby.signal.addEventListener('abort', () => reportEnd(reporter, own, standby.signal.reason), { once: true })
}

/** Tells of a leadership and, in the moment its signal fires, of its end. */
export function reportLeadership(reporter: Reporter, { election, id, fencingToken, signal }: Leadership): void {
  const own = { election, id, fencingToken }
  if (!signal.aborted) reporter.candidate({ event: 'elected', ...own })
  signal.addEventListener('abort', () => reportEnd(reporter, own, signal.reason), { once: true })
}

function reportEnd(
  reporter: Reporter,
  own: { election: string; id: string; fencingToken: bigint },
  reason: unknown,
): void {
  if (!isConsensusError(reason, 'LEADERSHIP_LOST', 'LEADERSHIP_RESIGNED')) return // the waiting ended: elected
  const event = reason.code === 'LEADERSHIP_RESIGNED' ? 'resigned' : 'lost'
  reporter.candidate({ event, ...own, reason: reason.ending, detail: reason.message })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidArgumentError(`It is not JSON: ${(error as Error).message}. Text needs quotes: '"text"'.`)
  }
}
