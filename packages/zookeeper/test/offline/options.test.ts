import { expect, test } from 'vitest'
import { parseZooKeeperUrl, zookeeperSettings } from '../../src/zookeeper-options.js'
import { policy, ZooKeeperStore } from '../../src/index.js'

const hosts = [{ host: '127.0.0.1', port: 2181 }]

test('a URL gives hosts, credentials, chroot and parameters', () => {
  const options = parseZooKeeperUrl('zookeeper://me:secret@a:1,b,[::1]:3/eldest/prod?requestTimeoutMs=700&tickMs=2000')
  expect(options).toEqual({
    hosts: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2181 },
      { host: '::1', port: 3 },
    ],
    credentials: { user: 'me', password: 'secret' },
    chroot: 'eldest/prod',
    requestTimeoutMs: 700,
    tickMs: 2000,
  })
})

test('user and password come from the environment where the URL has none', () => {
  process.env['ELDEST_USER'] = 'me'
  process.env['ELDEST_PASSWORD'] = 'from-the-environment'
  try {
    expect(parseZooKeeperUrl('zookeeper://a').credentials).toEqual({ user: 'me', password: 'from-the-environment' })
    expect(parseZooKeeperUrl('zookeeper://you@a').credentials).toEqual({
      user: 'you',
      password: 'from-the-environment',
    })
    expect(parseZooKeeperUrl('zookeeper://you:own@a').credentials).toEqual({ user: 'you', password: 'own' })
  } finally {
    delete process.env['ELDEST_USER']
    delete process.env['ELDEST_PASSWORD']
  }
})

test.each([
  ['TLS', 'zookeepers://me:secret@a', /no TLS/],
  ['a user without a password', 'zookeeper://me@a', /ELDEST_PASSWORD/],
  ['a colon in the user', 'zookeeper://m%3Ae:secret@a', /colon/],
  ['no host', 'zookeeper://', /host/],
  ['a port out of range', 'zookeeper://a:99999', /port/],
  ['an unknown parameter', 'zookeeper://a?tick=secret', /requestTimeoutMs/],
  ['a timeout that is no number', 'zookeeper://a?requestTimeoutMs=soon', /requestTimeoutMs/],
  ['a timeout out of range', 'zookeeper://a?requestTimeoutMs=1', /100/],
  ['a tick out of range', 'zookeeper://a?tickMs=1', /10/],
  ['a percent sign in the chroot', 'zookeeper://me:secret@a/na%20me', /./],
  ['an empty segment in the chroot', 'zookeeper://me:secret@a/a//b', /./],
  ['dots as a segment of the chroot', 'zookeeper://me:secret@a/a/../b', /./],
])('a URL with %s is refused, and the password not told', (_what, url, message) => {
  const parse = () => zookeeperSettings(parseZooKeeperUrl(url))
  expect(parse).toThrow(RangeError)
  expect(parse).toThrow(message)
  expect(parse).not.toThrow(/secret/)
})

test.each([
  ['no hosts', { hosts: [] }],
  ['a host that is a URL', { hosts: [{ host: 'http://a', port: 1 }] }],
  ['a port that is text', { hosts: [{ host: 'a', port: '1' as unknown as number }] }],
  ['a chroot with a space', { hosts, chroot: 'a b' }],
  ['a chroot with a slash before it', { hosts, chroot: '/a' }],
  ['a password that is empty', { hosts, credentials: { user: 'me', password: '' } }],
  ['a user with a colon', { hosts, credentials: { user: 'm:e', password: 'secret' } }],
  ['a request timeout that is no number', { hosts, requestTimeoutMs: NaN }],
  ['a tick below any server’s', { hosts, tickMs: 1 }],
])('options with %s are refused before any I/O', async (_what, options) => {
  const error = await ZooKeeperStore.open(options).catch((error: unknown) => error)
  expect(error instanceof RangeError || error instanceof TypeError, String(error)).toBe(true)
  expect(String(error)).not.toMatch(/secret/)
})

test('a signal that is aborted already gives its reason, and nothing is opened', async () => {
  const opening = ZooKeeperStore.open({ hosts, signal: AbortSignal.abort('enough') })
  await expect(opening).rejects.toBe('enough')
})

test('the policy names the node, and makes it unless it is the root', () => {
  expect(policy('eldest')).toMatch(/^create \/eldest$/m)
  expect(policy('eldest')).toMatch(/^setAcl \/eldest digest:DIGEST:/m)
  expect(policy()).toMatch(/^setAcl \/ digest:DIGEST:/m)
  expect(policy()).not.toMatch(/^create/m)
  expect(() => policy('a b')).toThrow(RangeError)
})
