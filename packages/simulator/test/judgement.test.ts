import { describe, expect, test } from 'vitest'
import { type HistoryRecord, judge, readHistory, writeHistory } from '../src/index.js'

const promises = { recoveryMs: 100, endMs: 1000 }
const at = (atMs: number, process: string, event: string, token = 0n, more: object = {}) =>
  ({ atMs, process, event, token, ...more }) as HistoryRecord
const place = (token: bigint, process = 'a', session = `s${token}`) => ({ token, written: token, process, session })
const line = (atMs: number, places: object[], more: object = {}) =>
  ({ atMs, process: 'store', event: 'line', line: places, ...more }) as HistoryRecord

const violationsOf = (...history: HistoryRecord[]) => judge(history, promises).violations.join('; ')

describe('a history of what candidates say and what was done to them', () => {
  test('an orderly one breaks no promise', () => {
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

  test('one that reports it long after waking led meanwhile', () => {
    const history = [
      at(0, 'a', 'elected', 1n),
      at(10, 'a', 'stopped'),
      at(20, 'a', 'continued'),
      at(50, 'b', 'elected', 2n),
      at(60, 'a', 'lost', 1n),
    ]
    expect(judge(history, { ...promises, wakingMs: 5 }).violations.join()).toMatch(/two leaders/)
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

  test('what is told twice, or after the end, is found', () => {
    expect(violationsOf(at(0, 'a', 'standby', 1n), at(1, 'a', 'standby', 1n))).toMatch(/told twice/)
    expect(violationsOf(at(0, 'a', 'lost', 1n), at(1, 'a', 'elected', 1n))).toMatch(/after its end/)
  })

  test('a program that ends by an error is found', () => {
    expect(violationsOf(at(0, 'a', 'failed', 0n, { what: 'Error: enough' }))).toMatch(/a failed: Error: enough/)
  })

  test('a write of a leader that a resource takes after one of a later leader is found', () => {
    const history = [
      at(0, 'account', 'accepted', 2n),
      at(1, 'cursor', 'accepted', 1n),
      at(2, 'account', 'accepted', 2n),
    ]
    expect(violationsOf(...history)).toBe('')
    expect(violationsOf(...history, at(3, 'account', 'accepted', 1n))).toMatch(/account took a write of token 1 after/)
  })

  test('an election before the time of the last leader was over is found', () => {
    const lost = at(10, 'a', 'lost', 1n, { reason: 'session lost', leftMs: 50 })
    const history = [at(0, 'a', 'elected', 1n), lost, at(20, 'b', 'elected', 2n), at(40, 'a', 'settled', 1n)]
    expect(violationsOf(...history)).toMatch(/before the work of a \(token 1\) had stopped/)
  })
})

describe('a history that also tells what the store saw', () => {
  test('an election after the own key had gone is found', () => {
    const history = [line(0, [place(1n)]), line(10, [], { removed: 1n, process: 'expiry' }), at(20, 'a', 'elected', 1n)]
    expect(violationsOf(...history)).toMatch(/after its key had gone/)
  })

  test('a guarded write without the key is found', () => {
    expect(violationsOf(line(0, [place(2n)]), at(1, 'a', 'written', 1n))).toMatch(/after it had been deposed/)
  })

  test('a key that was left behind is found', () => {
    const counted = at(5, 'store', 'counted', 0n, { expected: ['b'] })
    expect(violationsOf(line(0, [place(1n)]), counted)).toMatch(/b stands 0 times.*left behind: a/)
  })

  test('a key that another candidate deleted is found', () => {
    const history = [line(0, [place(1n)]), at(1, 'b', 'standby', 2n), line(2, [], { removed: 1n, process: 'b' })]
    expect(violationsOf(...history)).toMatch(/was deleted by b/)
  })

  test('one that lost its place and stands again before others is found', () => {
    const history = [
      line(0, [place(1n), place(5n, 'b')]),
      at(1, 'a', 'standby', 1n),
      at(2, 'a', 'lost', 1n),
      at(3, 'a', 'standby', 4n),
    ]
    expect(violationsOf(...history)).toMatch(/a \(token 4\) stands again before token 5/)
  })

  test('a leader that goes on without its key is found', () => {
    const history = [
      line(0, [place(1n)]),
      at(1, 'a', 'elected', 1n),
      line(10, [], { removed: 1n, process: 'operator' }),
    ]
    expect(violationsOf(...history)).toMatch(/still led 990 ms after its key was deleted/)
  })

  test('a session that ends while its holder counts on it is found', () => {
    expect(violationsOf(at(0, 'a', 'expired', 0n, { session: 's', leftMs: 3 }))).toMatch(
      /3.0 ms before its own deadline/,
    )
  })

  test('an observer that sees what never was, or stays behind, is found', () => {
    const seen = (atMs: number, text: string) => at(atMs, 'o', 'seen', 0n, { line: text })
    expect(violationsOf(seen(1, '7@7'))).toMatch(/never was/)
    const counted = at(5, 'store', 'counted', 0n, { expected: ['a'] })
    const history = [line(0, [place(1n)]), seen(1, '1@1'), line(2, [place(1n), place(2n, 'b')]), counted]
    expect(violationsOf(...history)).toMatch(/still sees 1@1/)
  })
})

test('a history survives being written as JSON lines and read again', () => {
  const history = [at(0.5, 'a', 'elected', 12345678901234567890n), line(1, [place(3n)], { removed: 2n })]
  expect(readHistory(writeHistory(history))).toEqual(history)
})
