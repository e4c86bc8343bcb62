import { ConsensusError } from '@eldest/core'
import { Exception } from 'node-zookeeper-client'
import { expect, test } from 'vitest'
import { codeOf, zookeeperError } from '../../src/zookeeper-errors.js'

function errorOf(code: number): unknown {
  const seen = Object.assign(new Error('Exception: X[-1]'), { code })
  return zookeeperError(seen, { what: 'read it', right: 'READ on /x' })
}

test.each([
  ['the connection was lost', Exception.CONNECTION_LOSS, 'OUTCOME_UNKNOWN'],
  ['timed out', Exception.OPERATION_TIMEOUT, 'OUTCOME_UNKNOWN'],
  ['the session has expired', Exception.SESSION_EXPIRED, 'SESSION_LOST'],
  ['not authorised', Exception.NO_AUTH, 'ACCESS_DENIED'],
  ['authentication failed', Exception.AUTH_FAILED, 'ACCESS_DENIED'],
  ['an ACL without an authenticated user', Exception.INVALID_ACL, 'ACCESS_DENIED'],
  ['a child of an ephemeral node', Exception.NO_CHILDREN_FOR_EPHEMERALS, 'UNSUPPORTED'],
  ['of the server', Exception.SYSTEM_ERROR, 'BACKEND'],
  ['unheard of', -9999, 'BACKEND'],
])('an answer "%s" is said by its code', (_what, code, ours) => {
  expect(errorOf(code)).toMatchObject({ name: 'ConsensusError', code: ours })
})

test('a refusal names the right that the user needs', () => {
  expect(String(errorOf(Exception.NO_AUTH))).toMatch('the user needs READ on /x')
})

test('an error of ours is passed on, and what is no error, too', () => {
  const ours = new ConsensusError('GUARD_FAILED', 'gone')
  expect(zookeeperError(ours, { what: 'read it' })).toBe(ours)
  expect(zookeeperError('enough', { what: 'read it' })).toBe('enough')
})

test('an error of another library has no code of ours', () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBeUndefined()
  expect(codeOf({ code: -4 })).toBeUndefined()
})
