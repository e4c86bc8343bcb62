import { ConsensusError } from '@eldest/core'
import { expect, test } from 'vitest'
import { describeFailure, Failure } from '../src/failure.js'

test('a failure of the store is one line with its code, and exit code 1', () => {
  const error = new ConsensusError('ACCESS_DENIED', 'the folder may not be written')
  expect(describeFailure(error)).toEqual({ line: 'the folder may not be written (ACCESS_DENIED)', exitCode: 1 })
})

test('a wrong value is one line and exit code 2', () => {
  expect(describeFailure(new RangeError('ttlMs is 1'))).toEqual({ line: 'ttlMs is 1', exitCode: 2 })
})

test('a failure of our own keeps its exit code', () => {
  expect(describeFailure(new Failure('not found', 127))).toEqual({ line: 'not found', exitCode: 127 })
})

test('what nobody expected keeps its stack, for the report of the bug', () => {
  expect(describeFailure(new Error('surprise')).line).toMatch(/surprise\n\s+at /)
})
