import type { Figure } from '../scenario.js'
import type { Spread, SpreadRow } from './spread.js'

/** A scenario's rows as a Markdown table; a figure that differs between runs is shown with its extremes. */
export function toMarkdown(title: string, about: string, rows: readonly SpreadRow[]): string {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))]
  const head = ['store', 'contender', ...names]
  const lines = rows.map(({ store, contender, figures }) => [
    store,
    contender,
    ...names.map((name) => (figures[name] ? cell(figures[name]) : '–')),
  ])
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  return [`### ${title}`, '', about, '', ...table, ''].join('\n')
}

function cell({ median, min, max }: Spread): string {
  const shown = [median, min, max].map(show) as [string, string, string]
  return shown[1] === shown[2] ? shown[0] : `${shown[0]} (${shown[1]} … ${shown[2]})`
}

/** Three digits that count. */
function show(figure: Figure): string {
  if (typeof figure === 'string') return figure
  if (Number.isInteger(figure)) return String(figure)
  if (Math.abs(figure) >= 100) return String(Math.round(figure))
  return figure.toFixed(Math.abs(figure) >= 10 ? 1 : 2)
}
