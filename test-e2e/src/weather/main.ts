// A storm on a real cluster, and its judgement: npm run e2e -- --help
import { parseArgs } from 'node:util'
import type { ForeignTool } from '../foreign/foreign-tool.js'
import { FOREIGN_TOOLS } from '../foreign/foreign-tools.js'
import { judgedSoFar } from '../judged-so-far.js'
import { mutantProgram } from '../mutant-program.js'
import { Seed } from '../seed.js'
import { STORM_MUTANTS } from '../storm-mutants.js'
import { clusterStorm } from './cluster-storm.js'
import { keepHistory, keptSettings } from './kept-history.js'
import { STORM_TTLS } from './server-cluster.js'
import { failuresOf, stormTable } from './storm-table.js'

const TTLS: Record<string, number> = STORM_TTLS
const TOOLS: Partial<Record<string, () => Promise<ForeignTool>>> = FOREIGN_TOOLS
const USAGE = `usage: npm run e2e -- --store etcd|consul|zookeeper [--minutes 3] [--candidates 5] [--seed N]
       npm run e2e -- --store etcd|zookeeper --mixed
       npm run e2e -- --replay SEED
       npm run e2e -- --store etcd --mutant 'takes the token from a counter of its own'

Elections between real processes on a cluster (npm run servers -- up cluster), under faults of processes, networks and
servers that the seed decides. A run that breaks a promise keeps its history in test-e2e/histories; --replay starts one
with the same faults. --mixed: every second candidate is one of etcdctl elect, or of Curator's LeaderLatch. --mutant:
the candidates have this deliberate fault, and the run fails unless the promise that it breaks is seen broken.`

const options = {
  store: { type: 'string' },
  minutes: { type: 'string', default: '3' },
  candidates: { type: 'string', default: '5' },
  seed: { type: 'string' },
  mixed: { type: 'boolean', default: false },
  replay: { type: 'string' },
  mutant: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const
const values = read()
if (values.help) {
  console.log(USAGE)
  process.exit()
}
const settings = values.replay === undefined ? values : { ...values, ...replayed(values.replay) }
const [backend, minutes, candidates] = [settings.store ?? '', Number(settings.minutes), Number(settings.candidates)]
const { mixed } = settings
const seedNumber = settings.seed === undefined ? undefined : Number(settings.seed)
const mutant = settings.mutant === undefined ? undefined : stormMutant(settings.mutant)
if (!(backend in TTLS)) fail(`--store ${backend}: it must be one of ${Object.keys(TTLS).join(', ')}`)
if (!(minutes > 0)) fail(`--minutes ${settings.minutes}: it must be a number above 0`)
if (!(Number.isInteger(candidates) && candidates > 1)) fail(`--candidates ${settings.candidates}: at least 2`)
if (seedNumber !== undefined && !Number.isInteger(seedNumber))
  fail(`--seed ${settings.seed}: it must be a whole number`)
if (mixed && !TOOLS[backend]) fail(`--mixed: on ${Object.keys(TOOLS).join(' or ')} alone`)
if (mixed && mutant) fail('--mixed and --mutant: one of them')

const seed = new Seed(seedNumber)
console.log(`a storm of ${minutes} min on ${backend}, ${candidates} candidates, seed ${seed.value}`)
const program = mutant && (await mutantProgram(mutant.name))
const foreign = mixed ? await TOOLS[backend]!() : undefined
const report = await clusterStorm({
  ...(mutant && { isEnough: (history) => judgedSoFar(history).some(({ promise }) => promise === mutant.breaks) }),
  backend,
  seed,
  ttlMs: TTLS[backend]!,
  durationMs: minutes * 60_000,
  candidates,
  programs: program?.programs,
  foreign,
  onProgress: (line) => console.log(line),
}).finally(() => Promise.all([program?.remove(), foreign?.close()]))
console.table(stormTable(report))
console.table(Object.fromEntries([...report.faults].sort()))
const failures = failuresOf(report)
if (mutant) {
  const caught = report.broken.find(({ promise }) => promise === mutant.breaks)
  console.log(caught ? `caught: ${caught.what}` : `NOT CAUGHT: ${mutant.name}`)
  process.exitCode = caught ? 0 : 1
} else if (failures.length > 0) {
  for (const failure of failures) console.log(`BROKEN: ${failure}`)
  const file = keepHistory(report.history, { store: backend, minutes, candidates, seed: seed.value, mixed })
  console.log(`the history is in ${file}; again: npm run e2e -- --replay ${seed.value}`)
  process.exitCode = 1
}

function read() {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function replayed(seed: string) {
  try {
    return keptSettings(seed)
  } catch (error) {
    return fail(`--replay ${seed}: ${(error as Error).message}`)
  }
}

function stormMutant(name: string) {
  const known = Object.values(STORM_MUTANTS)
  const names = known.map((each) => JSON.stringify(each.name)).join(', ')
  return (
    known.find((each) => each.name === name) ?? fail(`--mutant ${JSON.stringify(name)}: it must be one of ${names}`)
  )
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
