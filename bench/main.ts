// npm run bench: Eldest and what a user would pick instead, side by side. See USAGE.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { toMarkdown } from './report/markdown.js'
import { type Result, writePerformance } from './report/performance.js'
import { overRuns } from './report/spread.js'
import { versions } from './report/versions.js'
import type { Row, Scenario } from './scenario.js'
import { scenarios } from './scenarios/index.js'

const USAGE = `usage: npm run bench -- [--only NAME,NAME] [--stores STORE,STORE] [--runs 3] [--quick] [--json] [--write]

Measures Eldest and its peers in the same run on the same servers (npm run servers -- up), taking turns, and prints
Markdown tables, or one JSON object. --quick: fewer rounds and smaller sizes, one run. --stores: only contenders on
these. --write: also puts what was run into docs/performance.md, docs/performance.json and docs/performance/.

scenarios: ${scenarios.map(({ name }) => name).join(', ')}
`

const values = read()
if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}
const wanted = values.only === undefined ? scenarios : values.only.split(',').map(named)
const runs = values.runs === undefined ? (values.quick ? 1 : 3) : Number(values.runs)
if (!(Number.isInteger(runs) && runs > 0)) fail(`--runs ${values.runs}: it must be a whole number above 0`)
if (values.write && values.stores !== undefined) fail('--write needs all stores: a table is replaced as a whole')

const stopped = new AbortController()
process.once('SIGINT', () => stopped.abort(new Error('stopped')))
const absent = new Map<string, string>()
const results: Result[] = []
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`
if (!values.json) process.stdout.write(`${machine}, ${runs} run${runs > 1 ? 's' : ''}\n\n`)
for (const scenario of wanted) {
  const rows: Row[][] = []
  for (let run = 1; run <= runs && !stopped.signal.aborted; run++) {
    rows.push(await once(scenario, runs > 1 ? `${scenario.name}, run ${run} of ${runs}` : scenario.name))
  }
  if (stopped.signal.aborted) break
  const { name, title, about } = scenario
  const date = new Date().toISOString().slice(0, 10)
  const result = { name, title, about, rows: overRuns(rows), runs, quick: values.quick, date, machine }
  results.push(result)
  if (!values.json) process.stdout.write(toMarkdown(title, about, result.rows) + '\n')
}
for (const [contender, why] of absent) process.stderr.write(`MISSING: ${contender}: ${why}\n`)
if (values.json) process.stdout.write(JSON.stringify({ machine, runs, missing: [...absent], results }) + '\n')
if (values.write && !stopped.signal.aborted) writePerformance(results, await versions(), [...absent])
// Not by itself: what a contender left open would keep the process.
process.exit(stopped.signal.aborted ? 130 : 0)

async function once(scenario: Scenario, label: string): Promise<Row[]> {
  process.stderr.write(`${label} …\n`)
  try {
    return await scenario.run({
      quick: values.quick,
      stores: values.stores?.split(','),
      progress: (line) => process.stderr.write(`  ${line}\n`),
      missing: (contender, why) => absent.set(contender, why),
      signal: stopped.signal,
    })
  } catch (error) {
    if (stopped.signal.aborted) return []
    throw error
  }
}

function named(name: string): Scenario {
  const known = scenarios.find((scenario) => scenario.name === name)
  if (known) return known
  return fail(`--only ${name}: there are ${scenarios.map((scenario) => scenario.name).join(', ')}`)
}

function read() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        stores: { type: 'string' },
        runs: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
