import { expect, test } from 'vitest'
import type { HistoryRecord } from '../src/history.js'
import { judge } from '../src/judgement.js'

const promises = { recoveryMs: 100, endMs: 1000 }
const at = (atMs: number, process: string, event: string, token = 0n) =>
  ({ atMs, process, event, token }) as HistoryRecord

const violationsOf = (...history: HistoryRecord[]) => judge(history, promises).violations.join('; ')

test('an orderly history breaks no promise', () => {
  const history = [
    at(0, 'a', 'elected', 1n),
    at(5, 'b', 'standby', 2n),
    at(10, 'a', 'resigned', 1n),
    at(11, 'b', 'elected', 2n),
  ]
  expect(violationsOf(...history)).toBe('')
})

test('two leaders at once are found', () => {
  expect(violationsOf(at(0, 'a', 'elected', 1n), at(10, 'b', 'elected', 2n), at(12, 'a', 'lost', 1n))).toMatch(
    /two leaders/,
  )
})

test('a leader that was stopped and reports the loss on waking was not leading meanwhile', () => {
  const history = [
    at(0, 'a', 'elected', 1n),
    at(1, 'b', 'standby', 2n),
    at(10, 'a', 'stopped'),
    at(50, 'b', 'elected', 2n),
  ]
  expect(violationsOf(...history, at(60, 'a', 'continued'), at(61, 'a', 'lost', 1n))).toBe('')
})

test('a leader that was stopped and never reports the loss still counts as leading', () => {
  const history = [
    at(0, 'a', 'elected', 1n),
    at(10, 'a', 'stopped'),
    at(50, 'b', 'elected', 2n),
    at(60, 'a', 'continued'),
  ]
  expect(violationsOf(...history)).toMatch(/two leaders/)
})

test('a token that does not rise is found', () => {
  expect(violationsOf(at(0, 'a', 'elected', 5n), at(1, 'a', 'lost', 5n), at(2, 'b', 'elected', 4n))).toMatch(
    /did not rise/,
  )
})

test('an elder that is overtaken is found', () => {
  const history = [at(0, 'a', 'standby', 1n), at(1, 'b', 'standby', 2n), at(2, 'b', 'elected', 2n)]
  expect(violationsOf(...history)).toMatch(/overtaken/)
})

test('a line in which nobody leads for too long is found', () => {
  const history = [at(0, 'a', 'elected', 1n), at(1, 'b', 'standby', 2n), at(10, 'a', 'killed')]
  expect(violationsOf(...history)).toMatch(/nobody led for 990 ms/)
})
