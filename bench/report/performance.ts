import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pictures } from './pictures.js'
import { toMarkdown } from './markdown.js'
import type { SpreadRow } from './spread.js'
import type { Versions } from './versions.js'

/** What one scenario has given, and under which circumstances. */
export interface Result {
  name: string
  title: string
  about: string
  rows: SpreadRow[]
  runs: number
  /** Fewer rounds: no figures for publication. */
  quick: boolean
  /** The day, and the machine. */
  date: string
  machine: string
}

/** What docs/performance.json holds. */
interface Performance {
  versions: Versions
  missing: [contender: string, why: string][]
  results: Result[]
}

const docs = new URL('../../docs/', import.meta.url)
const json = new URL('performance.json', docs)
const page = new URL('performance.md', docs)

/** Replaces what was run in docs/performance.md, .json and the pictures; whatever was not stays. */
export function writePerformance(results: readonly Result[], versions: Versions, missing: [string, string][]): void {
  const before: Performance = existsSync(json)
    ? (JSON.parse(readFileSync(json, 'utf8')) as Performance)
    : { versions: {}, missing: [], results: [] }
  const kept = before.results.filter(({ name }) => !results.some((result) => result.name === name))
  const after: Performance = {
    versions: { ...before.versions, ...versions },
    missing,
    results: [...kept, ...results].map((result) => ({ ...result, rows: result.rows.map(rounded) })),
  }
  writeFileSync(
    json,
    JSON.stringify(after, undefined, 1)
      .replaceAll(/\n {5,}/g, ' ')
      .replaceAll(/ +([\]}])/g, '$1') + '\n',
  )
  let text = readFileSync(page, 'utf8')
  for (const result of results) {
    text = between(text, result.name, section(result))
    const picture = pictures[result.name]
    if (!picture) continue
    mkdirSync(new URL('performance/', docs), { recursive: true })
    writeFileSync(new URL(`performance/${result.name}.svg`, docs), picture(result.rows))
  }
  text = between(text, 'versions', versionTable(after.versions))
  text = between(text, 'missing', missingList(missing))
  writeFileSync(page, text)
}

function section({ name, title, about, rows, runs, quick, date, machine }: Result): string {
  const picture = name in pictures ? `![${title}](performance/${name}.svg)\n\n` : ''
  const run = `${runs} run${runs > 1 ? 's, median (least … greatest)' : ''}${quick ? ', `--quick`' : ''}`
  return `${toMarkdown(title, about, rows)}\n${picture}${date}, ${machine}; ${run}.`
}

function versionTable(versions: Versions): string {
  const lines = Object.entries(versions).map(([name, version]) => `| ${name} | ${version} |`)
  return ['| | version |', '| --- | --- |', ...lines].join('\n')
}

function missingList(missing: readonly [string, string][]): string {
  if (missing.length === 0) return 'All contenders ran.'
  return missing.map(([contender, why]) => `- ${contender}: ${why}`).join('\n')
}

/** What stands between `<!-- NAME: made by npm run bench -->` and `<!-- /NAME -->`. */
function between(text: string, name: string, content: string): string {
  const mark = new RegExp(`(<!-- ${name}: made by npm run bench -->\n)[\\s\\S]*?(<!-- /${name} -->)`)
  if (!mark.test(text)) throw new Error(`docs/performance.md has no place for ${name}`)
  return text.replace(mark, (_, open: string, close: string) => `${open}\n${content.trim()}\n\n${close}`)
}

/** A microsecond is more than the figures are good for. */
function rounded(row: SpreadRow): SpreadRow {
  return { ...row, samples: row.samples.map((value) => Math.round(value * 1000) / 1000) }
}
