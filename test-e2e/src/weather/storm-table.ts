import type { PromiseName } from '@eldest/simulator'
import type { ClusterStormReport } from './cluster-storm.js'

/** What a storm has shown, line by line. */
export function stormTable(report: ClusterStormReport): Record<string, string | number> {
  const broken = (name: PromiseName) => report.broken.filter(({ promise }) => promise === name).length
  return {
    elections: report.terms,
    "of them another tool's": report.foreignElections,
    faults: [...report.faults.values()].reduce((a, b) => a + b, 0),
    'longest time without a leader, ms': Math.round(report.longestRecoveryMs),
    'its bound, ms': Math.round(report.boundMs),
    'leaderships that overlapped': broken('one leader'),
    'elections before the last leader had stopped': broken('stop before the next starts'),
    'tokens out of order': broken('rising tokens'),
    'candidates overtaken': broken('seniority'),
    'writes to the resource': report.writes.accepted,
    'refused, as a later leader had written': report.writes.refused,
    'guarded writes seen in the store': report.guardedWrites,
    'writes taken out of order': broken('guarded writes'),
    'keys left behind': report.leftKeys,
    'promises broken': report.violations.length,
    'unhandled errors printed': /Unhandled|\n\s+at /.test(report.stderr) ? report.stderr.length : 0,
    'the longest-lived process': report.witness ?? 'none was spared',
  }
}

/** What went wrong, in words. Empty: nothing. */
export function failuresOf({ violations, leftKeys, stderr, mishaps }: ClusterStormReport): string[] {
  return [
    ...violations,
    ...mishaps,
    ...(leftKeys > 0 ? [`${leftKeys} keys were left behind`] : []),
    ...(/Unhandled|\n\s+at /.test(stderr) ? [`an error was not handled: ${stderr}`] : []),
  ]
}
