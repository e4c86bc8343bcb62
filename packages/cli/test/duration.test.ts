import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../src/duration.js'

test.each([
  ['500ms', 500],
  ['15s', 15_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1.5s', 1500],
])('%s is %d milliseconds', (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})

test.each(['15', '', 's', '-5s', '5 s', '5sec', '1e3ms', 'Infinity', '5s5s'])('"%s" is refused', (text) => {
  expect(() => parseDuration(text)).toThrow(/15s/)
})

test('durations are printed with their unit', () => {
  expect([130, 15_000, 120_000].map(formatDuration)).toEqual(['130ms', '15s', '2m'])
})
