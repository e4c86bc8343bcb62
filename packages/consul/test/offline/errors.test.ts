import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ConditionFailed, consulError } from '../../src/consul-errors.js'

interface Seen {
  message?: string
  statusCode?: number
  code?: string
  response?: { body?: unknown; req?: unknown }
}

function errorOf(seen: Seen): unknown {
  return consulError(Object.assign(new Error(seen.message ?? 'consul: kv.get: internal server error'), seen), {
    what: 'read it',
    right: 'key_prefix "x/"',
  })
}

function conditions(...Errors: { OpIndex: number; What: string }[]): Seen {
  return { statusCode: 409, response: { body: { Errors } } }
}

test.each<[string, Seen, string]>([
  ['refused', { code: 'ECONNREFUSED' }, 'UNAVAILABLE'],
  ['of an unknown name', { code: 'ENOTFOUND' }, 'UNAVAILABLE'],
  ['of a certificate', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'UNAVAILABLE'],
  ['of a certificate that has expired', { code: 'CERT_HAS_EXPIRED' }, 'UNAVAILABLE'],
  ['hung up', { code: 'ECONNRESET' }, 'OUTCOME_UNKNOWN'],
  ['no leader', { statusCode: 500, response: { body: 'No cluster leader' } }, 'OUTCOME_UNKNOWN'],
  ['starting', { statusCode: 500, response: { body: 'Missing node registration' } }, 'UNAVAILABLE'],
  ['too many requests', { statusCode: 429 }, 'UNAVAILABLE'],
  ['denied', { statusCode: 403, response: { body: 'Permission denied' } }, 'ACCESS_DENIED'],
  ['an unknown token', { statusCode: 403, response: { body: 'ACL not found' } }, 'ACCESS_DENIED'],
  ['denied within a transaction', conditions({ OpIndex: 1, What: 'Permission denied' }), 'ACCESS_DENIED'],
  ['session gone', { statusCode: 500, response: { body: 'invalid session "x"' } }, 'SESSION_LOST'],
  ['session gone within a transaction', conditions({ OpIndex: 1, What: 'invalid session "x"' }), 'SESSION_LOST'],
  ['too large', { statusCode: 413 }, 'VALUE_TOO_LARGE'],
  ['not HTTP', { code: 'HPE_INVALID_CONSTANT' }, 'BACKEND'],
  ['unheard of', { statusCode: 418 }, 'BACKEND'],
])('an answer "%s" is said by its code', (_what, seen, code) => {
  expect(errorOf(seen)).toMatchObject({ name: 'ConsensusError', code })
})

test('conditions that did not hold are told by their steps', () => {
  const error = errorOf(conditions({ OpIndex: 0, What: 'current modify index does not match' }))
  expect(error).toBeInstanceOf(ConditionFailed)
  expect([...(error as ConditionFailed).steps]).toEqual([0])
})

test('a refusal names the right that the token needs', () => {
  expect(String(errorOf({ statusCode: 403 }))).toMatch('key_prefix "x/"')
})

test('a token that is not known needs no right', () => {
  expect(String(errorOf({ statusCode: 403, response: { body: 'ACL not found' } }))).toMatch(
    'could not read it: ACL not found: the server knows no such token',
  )
})

test('the token in the request of the client’s error is not handed on', () => {
  const req = { _header: 'GET / HTTP/1.1\r\nX-Consul-Token: secret\r\n' }
  const error = errorOf({ statusCode: 403, response: { body: 'Permission denied', req } })
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toMatch(/secret/)
})
