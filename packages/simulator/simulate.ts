// Elections in virtual time, many seeds or one: npm run simulate -- --help
import { parseArgs } from 'node:util'
import { type ProfileName, profiles } from './src/index.js'
import { printMutants } from './test/command/mutant-table.js'
import { replay } from './test/command/replay.js'
import { manySeeds } from './test/command/many-seeds.js'

const USAGE = `usage: npm run simulate -- [--seeds 1000] [--from 0] [--profile NAME] [--json]
       npm run simulate -- --seed N [--only 0,2] [--profile NAME]
       npm run simulate -- --mutants [--seeds 3000]

Elections in virtual time, each seed another schedule of faults. A violation is shrunk and printed with the command that
shows it again: --only names the faults that are left. --mutants: after how many seeds each deliberate fault is caught.
Profiles: ${Object.keys(profiles).join(', ')}; without one each seed takes the next.`

const options = {
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '0' },
  seed: { type: 'string' },
  only: { type: 'string' },
  profile: { type: 'string' },
  mutants: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const
const values = read()
if (values.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit()
}

const seeds = wholeNumber('seeds', values.seeds)
const from = wholeNumber('from', values.from)
const profile = values.profile === undefined ? undefined : profileNamed(values.profile)
const only = values.only
  ?.split(',')
  .filter((place) => place !== '')
  .map((place) => wholeNumber('only', place))

let ok: boolean
if (values.mutants) ok = await printMutants(seeds)
else if (values.seed !== undefined) ok = await replay({ seed: wholeNumber('seed', values.seed), profile, only })
else ok = await manySeeds({ seeds, from, profile, json: values.json })
process.exitCode = ok ? 0 : 1

function read() {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return refuse(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (text !== '' && Number.isSafeInteger(number) && number >= 0) return number
  return refuse(`--${name} ${text}: it must be a whole number`)
}

function profileNamed(name: string): ProfileName {
  if (name in profiles) return name as ProfileName
  return refuse(`--profile ${name}: it must be one of ${Object.keys(profiles).join(', ')}`)
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
