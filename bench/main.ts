// npm run bench [-- SCENARIO …] [--store URL]: measures, on the local store by default, and prints Markdown tables.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { handover } from './handover.js'
import { overhead } from './overhead/overhead.js'
import { type Table, toMarkdown } from './table.js'
import { thousand } from './thousand.js'

const scenarios: Record<string, (url: string) => Promise<Table>> = { handover, thousand, overhead }
/** `overhead` has nothing to compare with on the local store. */
const onLocal = ['handover', 'thousand']

const { values, positionals } = parseArgs({ allowPositionals: true, options: { store: { type: 'string' } } })
const unknown = positionals.filter((name) => !(name in scenarios))
if (unknown.length > 0) {
  process.stderr.write(`no scenario ${unknown.join(', ')}: there are ${Object.keys(scenarios).join(', ')}\n`)
  process.exit(2)
}
process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n\n`)
for (const name of positionals.length > 0 ? positionals : values.store ? Object.keys(scenarios) : onLocal) {
  process.stderr.write(`measuring ${name} …\n`)
  const folder = await mkdtemp(join(tmpdir(), 'eldest-bench-'))
  try {
    const url = values.store ?? `local:${join(folder, 'store.lmdb')}`
    process.stdout.write(toMarkdown(await scenarios[name]!(url)) + '\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}
