import type { SpreadRow } from './spread.js'
import { type Line, linePlot, stripPlot } from './svg.js'

/** The pictures of docs/performance, by the name of their scenario. */
export const pictures: Readonly<Record<string, (rows: readonly SpreadRow[]) => string>> = {
  handover(rows) {
    const strips = rows.map(({ store, contender, samples }) => ({
      label: contender.replaceAll('`', ''),
      group: store,
      samples,
    }))
    const x = 'milliseconds from resign to the next one elected, every hand-over a dot (logarithmic)'
    return stripPlot({ title: 'Graceful hand-over between two processes', x }, strips)
  },

  herd(rows) {
    const panel = (figure: 'requests' | 'KiB', y: string) => ({ y, lines: rows.map((row) => lineOf(row, figure)) })
    const panels = [panel('requests', 'requests at the server'), panel('KiB', 'KiB at the server, both directions')]
    const x = 'candidates in the line (both axes logarithmic)'
    return linePlot({ title: 'What one hand-over costs the server', x }, panels)
  },
}

/** The figures that are called like `requests at 100`; a word, such as for one that failed, is left out. */
function lineOf({ store, contender, figures }: SpreadRow, figure: string): Line {
  const points = Object.entries(figures).flatMap(([name, { median }]) => {
    const size = new RegExp(`^${figure} at ([\\d,]+)$`).exec(name)?.[1]
    if (size === undefined || typeof median !== 'number') return []
    return [[Number(size.replaceAll(',', '')), median] as const]
  })
  return { label: `${store}, ${contender}`, points }
}
