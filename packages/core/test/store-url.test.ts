import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  environmentCredentials,
  fileParameter,
  integerParameter,
  parseStoreUrl,
  TLS_PARAMETERS,
  tlsParameters,
} from '../src/adapter.js'

const shape = { schemes: ['store', 'stores'], defaultPort: 77, parameters: ['timeoutMs', 'file', ...TLS_PARAMETERS] }
const parse = (url: string) => parseStoreUrl(url, shape)

describe('a store URL', () => {
  it('has hosts, each with its port or the default one', () => {
    expect(parse('store://a:1,b-2.example,[::1]:3,[fe80::1]').hosts).toEqual([
      { host: 'a', port: 1 },
      { host: 'b-2.example', port: 77 },
      { host: '::1', port: 3 },
      { host: 'fe80::1', port: 77 },
    ])
  })

  it('has a namespace of one or more segments, or none', () => {
    expect(parse('store://a').path).toBe('')
    expect(parse('store://a/').path).toBe('')
    expect(parse('store://a/eldest').path).toBe('eldest')
    expect(parse('store://a/team/eldest/').path).toBe('team/eldest')
  })

  it('has credentials, percent-decoded, that may contain any character', () => {
    expect(parse('store://me:p%40ss%2Fw%3Ard@a')).toMatchObject({ user: 'me', password: 'p@ss/w:rd' })
    expect(parse('store://me:pa@ss:word@a')).toMatchObject({ user: 'me', password: 'pa@ss:word' })
    expect(parse('stores://token@a')).toMatchObject({ scheme: 'stores', user: 'token' })
    expect(parse('store://a')).not.toHaveProperty('user')
  })

  it('has the parameters the store knows', () => {
    const url = parse('store://a/b?timeoutMs=20&file=%2Ftmp%2Fx=y')
    expect(integerParameter(url, 'timeoutMs', { min: 1, max: 30 })).toBe(20)
    expect(url.parameters.get('file')).toBe('/tmp/x=y')
    expect(integerParameter(parse('store://a'), 'timeoutMs', { min: 1, max: 30 })).toBeUndefined()
  })

  it.each([
    ['store:a', 'write it like store://host:77/namespace'],
    ['other://a', 'write it like store://host:77/namespace'],
    ['store://', 'names no host'],
    ['store://user:secret@', 'names no host'],
    ['store:///path', 'names no host'],
    ['store://a,,b', 'host "" of the store URL is malformed'],
    ['store://a:b', 'host "a:b" of the store URL is malformed'],
    ['store://::1', 'write name:port or [IPv6]:port'],
    ['store://a:0', 'port 0 of the store URL is out of range'],
    ['store://a:65536', 'port 65536 of the store URL is out of range'],
    ['store://a/b//c', 'namespace "b//c" is malformed'],
    ['store://a/ü', 'is malformed'],
    ['store://a/..', 'is malformed'],
    ['store://a/100%25', 'is malformed'],
    ['store://a?timeout=1', 'parameter "timeout" of the store URL is unknown: this store knows timeoutMs, file'],
    ['store://a?timeoutMs=1&timeoutMs=2', 'given twice'],
    ['store://a#b', 'has a "#"'],
    ['store://me:100%secret@a', 'password of the store URL is not percent-encoded'],
  ])('is refused when it is %s', (url, message) => {
    expect(() => parse(url)).toThrow(RangeError)
    expect(() => parse(url)).toThrow(message)
    expect(() => parse(url)).not.toThrow('secret')
  })

  it.each(['', '0', '31', '1.5', '-1', '1e1', 'x'])('is refused with %j for a whole number from 1 to 30', (text) => {
    const url = parse(`store://a?timeoutMs=${text}`)
    const message = `parameter "timeoutMs" of the store URL is ${JSON.stringify(text)}: it must be a whole number from 1 to 30`
    expect(() => integerParameter(url, 'timeoutMs', { min: 1, max: 30 })).toThrow(new RangeError(message))
  })
})

describe('the files that a store URL names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eldest-url-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }

  it('are read', () => {
    expect(fileParameter(parse(`store://a?file=${file('a', 'content')}`), 'file')).toEqual(Buffer.from('content'))
    expect(fileParameter(parse('store://a'), 'file')).toBeUndefined()
    const pem = file('pem', '-----BEGIN CERTIFICATE-----')
    const options = tlsParameters(parse(`store://a?ca=${pem}&cert=${pem}&key=${pem}`))
    expect(Object.keys(options)).toEqual(['ca', 'cert', 'key'])
    expect(tlsParameters(parse('store://a'))).toEqual({})
  })

  it('are refused when they are missing, no PEM, or half of a pair', () => {
    expect(() => tlsParameters(parse('store://a?ca=/nowhere/ca.pem'))).toThrow(/"ca".*"\/nowhere\/ca.pem".*ENOENT/)
    expect(() => tlsParameters(parse(`store://a?ca=${file('text', 'hello')}`))).toThrow(/no PEM file/)
    const pem = file('pem', '-----BEGIN CERTIFICATE-----')
    expect(() => tlsParameters(parse(`store://a?cert=${pem}`))).toThrow(/both parameters/)
  })
})

describe('the credentials of the environment', () => {
  it('are those that are set and not empty', () => {
    expect(environmentCredentials({ ELDEST_USER: 'me', ELDEST_PASSWORD: 'p', ELDEST_TOKEN: '' })).toEqual({
      user: 'me',
      password: 'p',
    })
    expect(environmentCredentials({})).toEqual({})
  })
})
