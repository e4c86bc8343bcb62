// npm run bench [-- SCENARIO …]: measures on the local store and prints Markdown tables.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { handover } from './handover.js'
import type { Table } from './table.js'
import { toMarkdown } from './table.js'
import { thousand } from './thousand.js'

const scenarios: Record<string, (url: string) => Promise<Table>> = { handover, thousand }

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in scenarios))
if (unknown.length > 0) {
  process.stderr.write(`no scenario ${unknown.join(', ')}: there are ${Object.keys(scenarios).join(', ')}\n`)
  process.exit(2)
}
process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n\n`)
for (const [name, measure] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stderr.write(`measuring ${name} …\n`)
  const folder = await mkdtemp(join(tmpdir(), 'eldest-bench-'))
  try {
    process.stdout.write(toMarkdown(await measure(`local:${join(folder, 'store.lmdb')}`)) + '\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}
