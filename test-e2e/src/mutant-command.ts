import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type HistoryRecord, judge, type PromiseName } from '@eldest/simulator'
import { electionMutants } from '../../packages/simulator/test/mutants/election-mutants.js'
import { buildMutant } from '../../packages/simulator/test/mutants/mutant.js'

/** A mutant of the simulator that a storm of real processes can catch, too. */
export interface StormMutant {
  name: string
  /** The promise that is seen broken here. */
  breaks: PromiseName
}

export const STORM_MUTANTS: readonly StormMutant[] = [
  { name: 'takes the token from a counter of its own', breaks: 'rising tokens' },
  { name: 'leads when the predecessor went, without asking again', breaks: 'seniority' },
  { name: 'tells of each predecessor anew', breaks: 'told once' },
]

/** The `eldest` command with one deliberate fault in its election. */
export interface MutantCommand extends StormMutant {
  /** The file that starts it. */
  main: string
  remove: () => Promise<void>
}

/** Built beside the command, from where its dependencies are found. */
const FOLDER = join(import.meta.dirname, '../../packages/cli/.mutants')

export async function mutantCommand(name: string): Promise<MutantCommand> {
  const known = STORM_MUTANTS.find((each) => each.name === name)
  const mutant = electionMutants.find((each) => each.name === name)
  if (!known || !mutant) {
    const names = STORM_MUTANTS.map((each) => JSON.stringify(each.name)).join(', ')
    throw new RangeError(`${JSON.stringify(name)} is no mutant that a storm can catch: ${names}`)
  }
  const main = join(FOLDER, `${name.replaceAll(/\W+/g, '-')}.mjs`)
  await buildMutant(mutant, { entry: 'cli/src/main.ts', outfile: main, packages: 'external' })
  return { ...known, main, remove: () => rm(main, { force: true }) }
}

/**
 * Whether a history, as far as it goes, breaks a promise. A process that was stopped and has said nothing since counts
 * as dead: it may still say that it has lost.
 */
export function breaks(history: readonly HistoryRecord[], promise: PromiseName): boolean {
  const last = new Map(history.map((record) => [record.process, record]))
  const endMs = Math.max(0, ...history.map(({ atMs }) => atMs))
  const dead = [...last.values()]
    .filter(({ event }) => event === 'stopped' || event === 'continued')
    .map(({ process }) => ({ atMs: endMs, process, event: 'killed' }) as const)
  const { broken } = judge([...history, ...dead], { recoveryMs: Infinity, endMs })
  return broken.some((violation) => violation.promise === promise)
}
