/** One contender's single measurements. */
export interface Strip {
  label: string
  /** What the strips are grouped by, above the first of them. */
  group: string
  samples: readonly number[]
}

/** A line of points, or where it breaks off. */
export interface Line {
  label: string
  points: readonly (readonly [x: number, y: number])[]
}

export interface PlotText {
  title: string
  x: string
  y?: string
}

const WIDTH = 860
const COLOURS = [
  '#0b6e4f',
  '#c8553d',
  '#28587b',
  '#8b6914',
  '#7b3f8c',
  '#4f7a28',
  '#b03a6f',
  '#3a8ea5',
  '#666',
  '#a0522d',
  '#1f3a93',
  '#d98e04',
]

/** Every measurement a dot, with the box from the first to the third quarter and the median; logarithmic. */
export function stripPlot({ title, x }: PlotText, strips: readonly Strip[]): string {
  const [left, right, row, head] = [200, 70, 26, 50]
  const all = strips.flatMap(({ samples }) => samples).filter((value) => value > 0)
  const scale = logScale(all, left, WIDTH - right)
  let y = head
  const marks: string[] = []
  strips.forEach(({ label, group, samples }, i) => {
    if (group !== strips[i - 1]?.group) {
      y += row
      marks.push(text(left - 190, y + 4, group, 'font-weight="bold"'))
    }
    y += row
    const sorted = [...samples].sort((a, b) => a - b)
    const at = (part: number) => scale.at(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!)
    const colour = label.startsWith('Eldest') ? COLOURS[0] : label.startsWith('bare') ? COLOURS[8] : COLOURS[2]
    marks.push(text(left - 12, y + 4, label, 'text-anchor="end"'))
    // Off the line by turns, so that one does not hide the other; the same picture from the same figures.
    const dots = samples.map((value, j) => dot(scale.at(value), y + ((j * 7) % 13) - 6, 1.5, `opacity="0.35"`))
    marks.push(`<g fill="${colour}">${dots.join('')}</g>`)
    const box = `x="${at(0.25)}" y="${y - 8}" width="${round(at(0.75) - at(0.25))}" height="16"`
    marks.push(`<rect ${box} fill="none" stroke="${colour}"/>`)
    marks.push(`<path d="M${at(0.5)} ${y - 10}v20" stroke="${colour}" stroke-width="3"/>`)
    marks.push(text(WIDTH - right + 8, y + 4, short(sorted[sorted.length >> 1]!)))
  })
  const bottom = y + row
  const grid = scale.ticks.map(
    (tick) =>
      `<path d="M${scale.at(tick)} ${head + 10}V${bottom}" stroke="#ddd"/>` +
      text(scale.at(tick), bottom + 16, short(tick), 'text-anchor="middle"'),
  )
  const axis = text((left + WIDTH - right) / 2, bottom + 36, x, 'text-anchor="middle"')
  const medians = text(WIDTH - right + 8, head, 'median')
  return svg(bottom + 50, title, [...grid, ...marks, axis, medians])
}

/** One panel beside the other, lines over the same logarithmic x; where a line ends, its contender had no more to show. */
export function linePlot({ title, x }: PlotText, panels: readonly { y: string; lines: readonly Line[] }[]): string {
  const [top, bottom, left, gap] = [64, 330, 60, 70]
  const width = (WIDTH - left - 20 - gap * (panels.length - 1)) / panels.length
  const labels = [...new Set(panels.flatMap(({ lines }) => lines.map(({ label }) => label)))]
  const colour = (label: string) => COLOURS[labels.indexOf(label) % COLOURS.length]
  const parts = panels.flatMap(({ y: name, lines }, i) => {
    const from = left + i * (width + gap)
    const points = lines.flatMap((line) => line.points)
    const across = logScale(
      points.map(([value]) => value),
      from + 10,
      from + width - 10,
    )
    const up = logScale(
      points.map(([, value]) => value),
      bottom - 5,
      top,
    )
    const grid = [
      ...across.ticks.map(
        (tick) =>
          `<path d="M${across.at(tick)} ${top}V${bottom}" stroke="#ddd"/>` +
          text(across.at(tick), bottom + 16, short(tick), 'text-anchor="middle"'),
      ),
      ...up.ticks.map(
        (tick) =>
          `<path d="M${round(from)} ${up.at(tick)}h${round(width)}" stroke="#ddd"/>` +
          text(from - 6, up.at(tick) + 4, short(tick), 'text-anchor="end"'),
      ),
    ]
    const drawn = lines.map(({ label, points }) => {
      const path = points.map(([a, b], j) => `${j === 0 ? 'M' : 'L'}${across.at(a)} ${up.at(b)}`).join('')
      const dots = points.map(([a, b]) => dot(across.at(a), up.at(b), 3, `fill="${colour(label)}"`))
      return `<path d="${path}" fill="none" stroke="${colour(label)}" stroke-width="2"/>${dots.join('')}`
    })
    return [...grid, text(from, top - 12, name, 'font-weight="bold"'), ...drawn]
  })
  const axis = text(WIDTH / 2, bottom + 36, x, 'text-anchor="middle"')
  const legend = labels.flatMap((label, i) => {
    const [atX, atY] = [left + (i % 3) * 260, bottom + 62 + Math.floor(i / 3) * 20]
    return [dot(atX, atY - 4, 4, `fill="${colour(label)}"`), text(atX + 10, atY, label)]
  })
  return svg(bottom + 70 + Math.ceil(labels.length / 3) * 20, title, [...parts, axis, ...legend])
}

/** Ticks at 1, 2, 5 of each power of ten, or at the powers alone where they are many. */
function logScale(values: readonly number[], from: number, to: number) {
  const positive = values.filter((value) => value > 0)
  const [min, max] = [Math.min(...positive), Math.max(...positive)]
  const [low, high] = [Math.log10(min) - 0.05, Math.log10(max) + 0.05]
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i)
  const steps = high - low > 3 ? [1] : [1, 2, 5]
  const ticks = powers.flatMap((power) => steps.map((step) => step * 10 ** power))
  const at = (value: number) => round(from + ((Math.log10(Math.max(value, min)) - low) / (high - low)) * (to - from))
  return { at, ticks: ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high) }
}

function svg(height: number, title: string, parts: readonly string[]): string {
  const font = 'font-family="sans-serif" font-size="12"'
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`
  const open = `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font} fill="#222" role="img">`
  const paper = '<rect width="100%" height="100%" fill="#fff"/>'
  const head = text(20, 26, title, 'font-size="16" font-weight="bold"')
  return [open, `<title>${escape(title)}</title>`, paper, head, ...parts, '</svg>', ''].join('\n')
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${more}>${escape(words)}</text>`
}

function dot(x: number, y: number, radius: number, more: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" ${more}/>`
}

function escape(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function short(value: number): string {
  if (value >= 1000) return `${Number((value / 1000).toPrecision(3))}k`
  return String(Number(value.toPrecision(2)))
}
