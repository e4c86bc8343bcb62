import { expect, test } from 'vitest'
import { etcdSettings, parseEtcdUrl } from '../../src/etcd-options.js'
import { EtcdStore, policy } from '../../src/index.js'

const hosts = [{ host: '127.0.0.1', port: 2379 }]

test('a URL gives hosts, credentials, namespace and parameters', () => {
  const options = parseEtcdUrl('etcd://me:secret@a:1,b,[::1]:3/eldest/prod?requestTimeoutMs=700')
  expect(options).toEqual({
    hosts: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2379 },
      { host: '::1', port: 3 },
    ],
    credentials: { user: 'me', password: 'secret' },
    namespace: 'eldest/prod',
    requestTimeoutMs: 700,
  })
})

test('user and password come from the environment where the URL has none', () => {
  process.env['ELDEST_USER'] = 'me'
  process.env['ELDEST_PASSWORD'] = 'from-the-environment'
  try {
    expect(parseEtcdUrl('etcd://a').credentials).toEqual({ user: 'me', password: 'from-the-environment' })
    expect(parseEtcdUrl('etcd://you@a').credentials).toEqual({ user: 'you', password: 'from-the-environment' })
    expect(parseEtcdUrl('etcd://you:own@a').credentials).toEqual({ user: 'you', password: 'own' })
  } finally {
    delete process.env['ELDEST_USER']
    delete process.env['ELDEST_PASSWORD']
  }
})

test.each([
  ['a user without a password', 'etcd://me@a', /ELDEST_PASSWORD/],
  ['no host', 'etcd://', /host/],
  ['a port out of range', 'etcd://a:99999', /port/],
  ['an unknown parameter', 'etcd://a?tokn=secret', /requestTimeoutMs/],
  ['a timeout that is no number', 'etcd://a?requestTimeoutMs=soon', /requestTimeoutMs/],
  ['a timeout out of range', 'etcd://a?requestTimeoutMs=1', /100/],
  ['a percent sign in the namespace', 'etcd://me:secret@a/na%20me', /./],
  ['an empty segment in the namespace', 'etcd://me:secret@a/a//b', /./],
  ['dots as a segment of the namespace', 'etcd://me:secret@a/a/../b', /./],
  ['an authority without TLS', 'etcd://me:secret@a?ca=/nowhere', /etcds:/],
  ['an authority that is no file', 'etcds://me:secret@a?ca=/nowhere', /\/nowhere/],
])('a URL with %s is refused, and the password not told', (_what, url, message) => {
  const parse = () => etcdSettings(parseEtcdUrl(url))
  expect(parse).toThrow(RangeError)
  expect(parse).toThrow(message)
  expect(parse).not.toThrow(/secret/)
})

test.each([
  ['no hosts', { hosts: [] }],
  ['a host that is a URL', { hosts: [{ host: 'http://a', port: 1 }] }],
  ['a port that is text', { hosts: [{ host: 'a', port: '1' as unknown as number }] }],
  ['a namespace with a space', { hosts, namespace: 'a b' }],
  ['a namespace that ends in a slash', { hosts, namespace: 'a/' }],
  ['a password that is empty', { hosts, credentials: { user: 'me', password: '' } }],
  ['a user that is no text', { hosts, credentials: { user: 1 as unknown as string, password: 'secret' } }],
  ['a certificate without its key', { hosts, tls: { cert: 'x' } }],
  ['a request timeout that is no number', { hosts, requestTimeoutMs: NaN }],
])('options with %s are refused before any I/O', async (_what, options) => {
  const error = await EtcdStore.open(options).catch((error: unknown) => error)
  expect(error instanceof RangeError || error instanceof TypeError, String(error)).toBe(true)
  expect(String(error)).not.toMatch(/secret/)
})

test('a signal that is aborted already gives its reason, and nothing is opened', async () => {
  await expect(EtcdStore.open({ hosts, signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
})

test('the policy names the range of keys of its namespace', () => {
  expect(policy('eldest')).toMatch(/^etcdctl role grant-permission eldest readwrite eldest\/ eldest0$/m)
  expect(policy('eldest/prod')).toMatch(/^etcdctl role add eldest-prod$/m)
  expect(policy()).toMatch(/readwrite --prefix ''/)
  expect(() => policy('a b; rm')).toThrow(RangeError)
})
