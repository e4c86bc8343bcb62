import { electionMutants } from '../mutants/election-mutants.js'
import { hunt } from '../mutants/mutant.js'
import { sessionMutants } from '../mutants/session-mutants.js'

/** Hunts every mutant and prints the table that stands in the README. */
export async function printMutants(maxSeeds: number): Promise<boolean> {
  let allCaught = true
  console.log('| mutant: an election that … | caught by the promise | seeds |\n|---|---|---|')
  for (const mutant of [...electionMutants, ...sessionMutants]) {
    const caught = await hunt(mutant, maxSeeds)
    if (!caught) allCaught = false
    const where = mutant.profile === undefined ? '' : ` (${mutant.profile})`
    console.log(`| ${mutant.name} | ${mutant.breaks} | ${caught ? caught.seeds : 'not caught'}${where} |`)
  }
  return allCaught
}
