import type { Figure, Row } from '../scenario.js'

/** The same figure of several runs. */
export interface Spread {
  median: Figure
  min: Figure
  max: Figure
}

/** A row over all runs. */
export interface SpreadRow {
  store: string
  contender: string
  figures: Record<string, Spread>
  samples: number[]
}

/** Puts the rows of several runs together: who is the same store and contender is one row. */
export function overRuns(runs: readonly (readonly Row[])[]): SpreadRow[] {
  const rows = new Map<string, Row[]>()
  for (const row of runs.flat()) {
    const key = `${row.store} ${row.contender}`
    rows.set(key, [...(rows.get(key) ?? []), row])
  }
  return [...rows.values()].map((same) => {
    const names = [...new Set(same.flatMap(({ figures }) => Object.keys(figures)))]
    const figures = names.map((name) => {
      const values = same.map((row) => row.figures[name]).filter((value) => value !== undefined)
      return [name, spread(values)] as const
    })
    const { store, contender } = same[0]!
    return {
      store,
      contender,
      figures: Object.fromEntries(figures),
      samples: same.flatMap(({ samples = [] }) => samples),
    }
  })
}

/** Words are not ordered: one that is not said in all runs stands as the extreme. */
function spread(values: readonly Figure[]): Spread {
  const sorted = [...values].sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0))
  return { median: sorted[sorted.length >> 1]!, min: sorted[0]!, max: sorted.at(-1)! }
}

const QUANTILES = { median: 0.5, p95: 0.95, max: 1 }

/** Median, 95th percentile and maximum of single measurements, as figures. */
export function summary(
  unit: string,
  values: readonly number[],
  which: readonly (keyof typeof QUANTILES)[] = ['median', 'p95', 'max'],
): Record<string, number> {
  return Object.fromEntries(which.map((name) => [`${name}, ${unit}`, quantile(values, QUANTILES[name])]))
}

/** The middle one of some measurements. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** A delay as a figure. */
export function delay(ms: number): Figure {
  return Number.isFinite(ms) ? ms : 'never'
}

/** The greatest of some measurements. */
export function latest(values: readonly number[]): number {
  return quantile(values, 1)
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
}
