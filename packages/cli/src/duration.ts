import { InvalidArgumentError } from 'commander'
import ms from 'ms'

/** Reads a duration with its unit (`500ms`, `15s`, `2m`, `1h`) as milliseconds. A bare number is refused. */
export function parseDuration(text: string): number {
  if (!/^\d+(\.\d+)?(ms|s|m|h)$/.test(text)) {
    throw new InvalidArgumentError(`Write a number with its unit, for example 500ms, 15s or 2m.`)
  }
  return ms(text as ms.StringValue)
}

/** A duration for people: `15s`, `2m`, `130ms`. */
export function formatDuration(durationMs: number): string {
  return ms(Math.round(durationMs))
}
