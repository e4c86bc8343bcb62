// npm run e2e -- --store etcd [--minutes 60] [--candidates 5] [--seed N]: a storm on a real cluster, and its judgement.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Seed } from '../seed.js'
import { clusterStorm } from './cluster-storm.js'

const TTLS: Record<string, number> = { etcd: 3000, consul: 2000, zookeeper: 3000 }

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    minutes: { type: 'string', default: '3' },
    candidates: { type: 'string', default: '5' },
    seed: { type: 'string' },
  },
})
const [backend, minutes, candidates] = [values.store ?? '', Number(values.minutes), Number(values.candidates)]
const seedNumber = values.seed === undefined ? undefined : Number(values.seed)
if (!(backend in TTLS)) fail(`--store ${backend}: it must be one of ${Object.keys(TTLS).join(', ')}`)
if (!(minutes > 0)) fail(`--minutes ${values.minutes}: it must be a number above 0`)
if (!(Number.isInteger(candidates) && candidates > 1)) fail(`--candidates ${values.candidates}: at least 2`)
if (seedNumber !== undefined && !Number.isInteger(seedNumber)) fail(`--seed ${values.seed}: it must be a whole number`)

const seed = new Seed(seedNumber)
console.log(`a storm of ${minutes} min on ${backend}, ${candidates} candidates, seed ${seed.value}`)
const report = await clusterStorm({
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
  'promises broken': report.violations.length,
  'the longest-lived process': report.witness,
})
console.table(Object.fromEntries([...report.faults].sort()))
if (report.violations.length > 0 || report.leftKeys > 0) {
  for (const violation of report.violations) console.log(`BROKEN: ${violation}`)
  const folder = join(import.meta.dirname, '../../histories')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${backend}-${seed.value}.jsonl`)
  const text = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)
  writeFileSync(file, report.history.map((record) => JSON.stringify(record, text) + '\n').join(''))
  console.log(
    `the history is in ${file}; again: npm run e2e -- --store ${backend} --minutes ${minutes} --seed ${seed.value}`,
  )
  process.exitCode = 1
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
