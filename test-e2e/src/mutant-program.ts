import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { electionMutants } from '../../packages/simulator/test/mutants/election-mutants.js'
import { buildMutant } from '../../packages/simulator/test/mutants/mutant.js'
import type { CandidateKind, Programs } from './candidate-programs.js'

/** Sources, and folders from which the dependencies of what is built are found. */
const PROGRAMS: Record<CandidateKind, { entry: string; folder: string }> = {
  command: { entry: 'cli/src/main.ts', folder: join(import.meta.dirname, '../../packages/cli/.mutants') },
  service: { entry: '../test-e2e/src/writing-service.ts', folder: join(import.meta.dirname, '../.mutants') },
}

/** A program of candidates with one deliberate fault in its election: one of the simulator's mutants. */
export interface MutantProgram {
  programs: Programs
  remove: () => Promise<void>
}

export async function mutantProgram(name: string, kind: CandidateKind = 'command'): Promise<MutantProgram> {
  const mutant = electionMutants.find((each) => each.name === name)
  if (!mutant) throw new RangeError(`the simulator has no mutant ${JSON.stringify(name)} of the election`)
  const { entry, folder } = PROGRAMS[kind]
  // Others may build the same one beside us; and as deep as the command, which reads its package.json.
  const main = join(folder, `${kind}-${randomBytes(6).toString('hex')}.mjs`)
  await buildMutant(mutant, { entry, outfile: main, packages: 'external' })
  return { programs: { [kind]: main }, remove: () => rm(main, { force: true }) }
}
