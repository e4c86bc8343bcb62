// Asks every store what it can do, and writes the answers as the table in README.md; with --check only compares.
// Needs `npm run build` and `npm run servers -- up single secured`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@eldest/core'

const TTL_MS = 15_000
const MARK = /(<!-- stores: made by scripts\/store-table\.mjs -->\n)[\s\S]*?(<!-- \/stores -->)/

const defaults = Object.fromEntries(
  readFileSync(new URL('../docker/.env', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => line.split('=')),
)
const variable = (name) => process.env[name] ?? defaults[name]
const folder = mkdtempSync(join(tmpdir(), 'eldest-table-'))

/** Consul's own lower limit is 10 s: the secured server keeps it. */
const stores = [
  ['etcd', 'etcd://h1:2379,h2:2379/namespace', `etcd://127.0.0.1:${variable('ETCD_PORT')}/table`],
  [
    'Consul',
    'consul://token@host:8500/namespace',
    `consul://${variable('CONSUL_ELDEST_TOKEN')}@127.0.0.1:${variable('CONSUL_ACL_PORT')}/eldest`,
  ],
  ['ZooKeeper', 'zookeeper://h1:2181,h2:2181/chroot', `zookeeper://127.0.0.1:${variable('ZOOKEEPER_PORT')}/table`],
  ['LMDB, embedded', 'local:./path', `local:${join(folder, 'store')}`],
  ['memory', 'memory:', 'memory:'],
]

const rows = []
for (const [name, example, url] of stores) {
  const store = await connect(url)
  const { minTtlMs, maxTtlMs, ttlGranularityMs, maxValueBytes, singleHost } = store.capabilities
  rows.push([
    name,
    `\`${example}\``,
    `${duration(minTtlMs)} to ${duration(maxTtlMs)}`,
    duration(ttlGranularityMs),
    duration(store.capabilities.worstCaseExpiryMs(TTL_MS)),
    `${Math.floor(maxValueBytes / 1024)} KiB`,
    singleHost ? 'one host' : 'many hosts',
  ])
  await store.close()
}
rmSync(folder, { recursive: true, force: true })

const head = ['store', 'URL', 'TTL', 'in steps of', 'crash take-over at TTL 15 s, at worst', 'largest value', 'reach']
const table = [head, head.map(() => '---'), ...rows]
  .map((row) => `| ${row.join(' | ')} |`.replace(/ --- /g, '---'))
  .join('\n')
const file = new URL('../README.md', import.meta.url)
const before = readFileSync(file, 'utf8')
if (!MARK.test(before)) throw new Error('README.md has no place for the table')
const after = before.replace(MARK, `$1\n${table}\n\n$2`)
if (!process.argv.includes('--check')) writeFileSync(file, after)
else if (after !== before) {
  console.error('the table of stores in README.md is out of date: node scripts/store-table.mjs')
  process.exitCode = 1
}

function duration(ms) {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ]) {
    if (ms >= size && (ms % size === 0 || unit === 's')) return `${Math.round((ms / size) * 100) / 100} ${unit}`
  }
  return `${ms} ms`
}
