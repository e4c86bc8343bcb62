// A storm on a real cluster, and its judgement: npm run e2e -- --help
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeHistory } from '@eldest/simulator'
import { breaks, mutantCommand } from '../mutant-command.js'
import { Seed } from '../seed.js'
import { clusterStorm } from './cluster-storm.js'
import { STORM_TTLS } from './server-cluster.js'

const TTLS: Record<string, number> = STORM_TTLS
const HISTORIES = join(import.meta.dirname, '../../histories')
const USAGE = `usage: npm run e2e -- --store etcd|consul|zookeeper [--minutes 3] [--candidates 5] [--seed N]
       npm run e2e -- --replay SEED
       npm run e2e -- --store etcd --mutant 'takes the token from a counter of its own'

Elections between real processes on a cluster (npm run servers -- up cluster), under faults of processes, networks and
servers that the seed decides. A run that breaks a promise keeps its history in test-e2e/histories; --replay starts one
with the same faults. --mutant: the candidates have this deliberate fault, and the run fails unless the promise that it breaks is seen broken.`

const options = {
  store: { type: 'string' },
  minutes: { type: 'string', default: '3' },
  candidates: { type: 'string', default: '5' },
  seed: { type: 'string' },
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
const seedNumber = settings.seed === undefined ? undefined : Number(settings.seed)
if (!(backend in TTLS)) fail(`--store ${backend}: it must be one of ${Object.keys(TTLS).join(', ')}`)
if (!(minutes > 0)) fail(`--minutes ${settings.minutes}: it must be a number above 0`)
if (!(Number.isInteger(candidates) && candidates > 1)) fail(`--candidates ${settings.candidates}: at least 2`)
if (seedNumber !== undefined && !Number.isInteger(seedNumber))
  fail(`--seed ${settings.seed}: it must be a whole number`)

const seed = new Seed(seedNumber)
console.log(`a storm of ${minutes} min on ${backend}, ${candidates} candidates, seed ${seed.value}`)
const mutant = settings.mutant === undefined ? undefined : await mutantCommand(settings.mutant).catch(fail)
const report = await clusterStorm({
  ...(mutant && {
    command: mutant.main,
    isEnough: (history) => breaks(history, mutant.breaks),
  }),
  backend,
  seed,
  ttlMs: TTLS[backend]!,
  durationMs: minutes * 60_000,
  candidates,
  onProgress: (line) => console.log(line),
})
console.table({
  elections: report.terms,
  'longest time without a leader, ms': Math.round(report.longestRecoveryMs),
  'its bound, ms': Math.round(report.boundMs),
  'keys left behind': report.leftKeys,
  'writes to the resource': report.writes.accepted,
  'refused, as a later leader had written': report.writes.refused,
  'accepted out of order': report.writes.outOfOrder,
  'guarded writes seen in the store': report.guardedWrites.seen,
  'of them by deposed leaders': report.guardedWrites.outOfOrder,
  'promises broken': report.violations.length,
  'the longest-lived process': report.witness,
})
console.table(Object.fromEntries([...report.faults].sort()))
const outOfOrder = report.writes.outOfOrder + report.guardedWrites.outOfOrder
if (mutant) {
  await mutant.remove()
  const caught = report.broken.find(({ promise }) => promise === mutant.breaks)
  console.log(caught ? `caught: ${caught.what}` : `NOT CAUGHT: ${mutant.name}`)
  process.exitCode = caught ? 0 : 1
} else if (report.violations.length + report.leftKeys + outOfOrder > 0) {
  for (const violation of report.violations) console.log(`BROKEN: ${violation}`)
  mkdirSync(HISTORIES, { recursive: true })
  const file = join(HISTORIES, `${backend}-${seed.value}.jsonl`)
  writeFileSync(file, writeHistory(report.history))
  writeFileSync(`${file}.settings`, JSON.stringify({ store: backend, minutes, candidates, seed: seed.value }))
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

/** With what a run was started whose history was kept. */
function replayed(seed: string): { store: string; minutes: string; candidates: string; seed: string } {
  const kept = (existsSync(HISTORIES) ? readdirSync(HISTORIES) : []).find((name) =>
    name.endsWith(`-${seed}.jsonl.settings`),
  )
  if (kept === undefined) fail(`--replay ${seed}: no history of that seed is kept in ${HISTORIES}`)
  return JSON.parse(readFileSync(join(HISTORIES, kept), 'utf8')) as ReturnType<typeof replayed>
}

function fail(message: unknown): never {
  process.stderr.write(`${message instanceof Error ? message.message : String(message)}\n`)
  process.exit(2)
}
