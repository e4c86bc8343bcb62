/** Named figures under a title. */
export interface Table {
  title: string
  rows: Record<string, number>
}

/** Median, 95th percentile and extremes of some measurements. */
export function summarize(title: string, unit: string, values: readonly number[]): Table {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
  return {
    title: `${title} (${sorted.length} times)`,
    rows: {
      [`min, ${unit}`]: sorted[0]!,
      [`median, ${unit}`]: at(0.5),
      [`p95, ${unit}`]: at(0.95),
      [`max, ${unit}`]: sorted.at(-1)!,
    },
  }
}

/** As Markdown. */
export function toMarkdown({ title, rows }: Table): string {
  const lines = Object.entries(rows).map(([name, value]) => `| ${name} | ${value.toFixed(2)} |`)
  return [`### ${title}`, '', '| figure | value |', '|---|---|', ...lines, ''].join('\n')
}
