import { expect, test } from 'vitest'
import { consulSettings, parseConsulUrl } from '../../src/consul-options.js'
import { ConsulStore } from '../../src/consul-store.js'

const hosts = [{ host: '127.0.0.1', port: 8500 }]

test('a URL gives hosts, token, namespace and parameters', () => {
  const options = parseConsulUrl('consul://secret@a:1,b/eldest/prod?requestTimeoutMs=700&minTtlMs=1000')
  expect(options).toEqual({
    hosts: [
      { host: 'a', port: 1 },
      { host: 'b', port: 8500 },
    ],
    token: 'secret',
    namespace: 'eldest/prod',
    requestTimeoutMs: 700,
    minTtlMs: 1000,
  })
})

test('the token comes from ELDEST_TOKEN where the URL has none', () => {
  process.env['ELDEST_TOKEN'] = 'from-the-environment'
  try {
    expect(parseConsulUrl('consul://a').token).toBe('from-the-environment')
    expect(parseConsulUrl('consul://own@a').token).toBe('own')
  } finally {
    delete process.env['ELDEST_TOKEN']
  }
})

test.each([
  ['a password', 'consul://secret:secret@a', /without a colon/],
  ['no host', 'consul://', /host/],
  ['a port out of range', 'consul://a:99999', /port/],
  ['an unknown parameter', 'consul://a?tokn=secret', /requestTimeoutMs/],
  ['a timeout that is no number', 'consul://a?requestTimeoutMs=soon', /requestTimeoutMs/],
  ['a timeout out of range', 'consul://a?requestTimeoutMs=1', /100/],
  ['a percent sign in the namespace', 'consul://secret@a/na%20me', /./],
  ['an empty segment in the namespace', 'consul://secret@a/a//b', /./],
  ['dots as a segment of the namespace', 'consul://secret@a/a/../b', /./],
  ['an authority without TLS', 'consul://secret@a?ca=/nowhere', /consuls:/],
  ['an authority that is no file', 'consuls://secret@a?ca=/nowhere', /\/nowhere/],
])('a URL with %s is refused, and the token not told', (_what, url, message) => {
  const parse = () => consulSettings(parseConsulUrl(url))
  expect(parse).toThrow(RangeError)
  expect(parse).toThrow(message)
  expect(parse).not.toThrow(/secret/)
})

test.each([
  ['no hosts', { hosts: [] }],
  ['a host that is a URL', { hosts: [{ host: 'http://a', port: 1 }] }],
  ['a port that is text', { hosts: [{ host: 'a', port: '1' as unknown as number }] }],
  ['a namespace with a space', { hosts, namespace: 'a b' }],
  ['a token with a line break', { hosts, token: 'secret\r\nX-Other: 1' }],
  ['a token that is empty', { hosts, token: '' }],
  ['a certificate without its key', { hosts, tls: { cert: 'x' } }],
  ['a TTL below what any server takes', { hosts, minTtlMs: 10 }],
])('options with %s are refused before any I/O', async (_what, options) => {
  const error = await ConsulStore.open(options).catch((error: unknown) => error)
  expect(error instanceof RangeError || error instanceof TypeError, String(error)).toBe(true)
  expect(String(error)).not.toMatch(/secret/)
})
