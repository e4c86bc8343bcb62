import { ConsensusError } from '@eldest/core'
import { expect, test } from 'vitest'
import { STALE_TOKEN } from '../../src/etcd-call.js'
import { etcdError, isStaleToken } from '../../src/etcd-errors.js'

const errorOf = (message: string) => etcdError(new Error(message), { what: 'read it', right: '"read" on "x/"' })

test.each([
  ['5 NOT_FOUND: etcdserver: requested lease not found', 'SESSION_LOST'],
  ['9 FAILED_PRECONDITION: etcdserver: lease already exists', 'KEY_EXISTS'],
  ['7 PERMISSION_DENIED: etcdserver: permission denied', 'ACCESS_DENIED'],
  ['3 INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password', 'ACCESS_DENIED'],
  ['3 INVALID_ARGUMENT: etcdserver: user name is empty', 'ACCESS_DENIED'],
  ['9 FAILED_PRECONDITION: etcdserver: authentication is not enabled', 'ACCESS_DENIED'],
  ['3 INVALID_ARGUMENT: etcdserver: request is too large', 'VALUE_TOO_LARGE'],
  ['8 RESOURCE_EXHAUSTED: Received message larger than max (5 vs. 4)', 'VALUE_TOO_LARGE'],
  ['14 UNAVAILABLE: etcdserver: no leader', 'UNAVAILABLE'],
  ['8 RESOURCE_EXHAUSTED: etcdserver: too many requests', 'UNAVAILABLE'],
  ['8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded', 'UNAVAILABLE'],
  [`16 UNAUTHENTICATED: ${STALE_TOKEN}`, 'UNAVAILABLE'],
  ['14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED', 'UNAVAILABLE'],
  ['14 UNAVAILABLE: Name resolution failed for target dns:nowhere.invalid:2379', 'UNAVAILABLE'],
  ['14 UNAVAILABLE: Connection dropped', 'OUTCOME_UNKNOWN'],
  ['14 UNAVAILABLE: etcdserver: request timed out', 'OUTCOME_UNKNOWN'],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded', 'OUTCOME_UNKNOWN'],
  ['13 INTERNAL: Received RST_STREAM with code 2', 'OUTCOME_UNKNOWN'],
  ['12 UNIMPLEMENTED: unknown service etcdserverpb.KV', 'BACKEND'],
  ['something unheard of', 'BACKEND'],
])('"%s" is %s', (message, code) => {
  expect(errorOf(message)).toMatchObject({ name: 'ConsensusError', code })
})

test('a refusal names the right that the user needs, or what else is wrong with the user', () => {
  expect(String(errorOf('7 PERMISSION_DENIED: etcdserver: permission denied'))).toMatch('"read" on "x/"')
  expect(String(errorOf('3 INVALID_ARGUMENT: etcdserver: user name is empty'))).toMatch(/wants a user and a password/)
  expect(String(errorOf('9 FAILED_PRECONDITION: etcdserver: authentication is not enabled'))).toMatch(/leave/)
})

test('a token that is not known any more is told from other refusals', () => {
  expect(isStaleToken(new Error(`16 UNAUTHENTICATED: ${STALE_TOKEN}`))).toBe(true)
  expect(isStaleToken(new Error('7 PERMISSION_DENIED: etcdserver: permission denied'))).toBe(false)
})

test('an error of ours is passed on, and what is no error, too', () => {
  const ours = new ConsensusError('GUARD_FAILED', 'gone')
  expect(etcdError(ours, { what: 'read it' })).toBe(ours)
  expect(etcdError('enough', { what: 'read it' })).toBe('enough')
})
