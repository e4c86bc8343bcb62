import { describe, expect, it } from 'vitest'
import { assertKey, MAX_KEY_LENGTH, prefixOf } from '../src/adapter.js'
import { decodeName, encodeName, MAX_ENCODED_NAME } from '../src/index.js'
import { seededRandom } from './random.js'

const NAMES = [
  'a',
  'a/b',
  '/',
  '.',
  '..',
  '...',
  '.hidden',
  '%',
  '%2F',
  'a b',
  ' ',
  '_',
  '_2e',
  'ä ö ß',
  '🦉',
  '日本語',
  '\ufeffbom',
]

describe('a name', () => {
  it.each(NAMES)('is encoded as one legal key segment and decoded to itself: %j', (name) => {
    const encoded = encodeName(name)
    expect(encoded).toMatch(/^[A-Za-z0-9_.-]+$/)
    expect(encoded).not.toMatch(/^\.\.?$/)
    expect(() => assertKey(encoded)).not.toThrow()
    expect(decodeName(encoded)).toBe(name)
  })

  it('stands for itself where it is letters, digits, hyphens and inner dots', () => {
    expect(encodeName('Node-1.example.org')).toBe('Node-1.example.org')
  })

  it('is decoded to itself whatever it is, and no two names share a segment', () => {
    const random = seededRandom(1)
    const segments = new Map<string, string>()
    for (let i = 0; i < 5000; i++) {
      const name = randomName(random)
      const encoded = encodeName(name)
      expect(decodeName(encoded)).toBe(name)
      expect(segments.get(encoded) ?? name).toBe(name)
      segments.set(encoded, name)
    }
  })

  it('may be as long as its limit and no longer', () => {
    expect(decodeName(encodeName('x'.repeat(MAX_ENCODED_NAME)))).toHaveLength(MAX_ENCODED_NAME)
    expect(() => encodeName('x'.repeat(MAX_ENCODED_NAME + 1))).toThrow(RangeError)
    expect(() => encodeName('ü'.repeat(MAX_ENCODED_NAME / 6 + 1))).toThrow(/too long/)
    expect(() => encodeName('x'.repeat(1_000_000))).toThrow(/too long/)
  })

  it.each(['', '\0', 'a\nb', '\t', '\u007f', '\ud800', 'a\udc00b', '\udc00\ud800'])('is refused: %j', (name) => {
    expect(() => encodeName(name)).toThrow(RangeError)
  })

  it.each([undefined, null, 1, {}, ['a']])('is refused with a TypeError when it is no string: %j', (name) => {
    expect(() => encodeName(name as string)).toThrow(TypeError)
  })
})

describe('decoding', () => {
  const never = [
    '',
    '.',
    '.a',
    '_',
    '_2',
    '_zz',
    '_2E',
    '_61',
    '_ff',
    '_c3',
    '_00',
    '_0a',
    'a/b',
    'a%20',
    'ä',
    'a\n',
    '_ed_a0_80',
    '_c0_af',
    'x'.repeat(201),
  ]

  it.each(never)('refuses what encoding never makes: %j', (segment) => {
    expect(decodeName(segment)).toBeUndefined()
  })

  it('gives a name only for the very segment that this name is encoded as', () => {
    const random = seededRandom(2)
    const alphabet = '_.-0123456789abcdefABCxyz'
    for (let i = 0; i < 20_000; i++) {
      let segment = ''
      while (random() < 0.8) segment += alphabet[Math.floor(random() * alphabet.length)]!
      const name = decodeName(segment)
      if (name !== undefined) expect(encodeName(name)).toBe(segment)
    }
  })
})

describe('a key', () => {
  it.each(['a', 'a/b', 'a/b.c/_-', 'x'.repeat(MAX_KEY_LENGTH)])('is well formed: %s', (key) => {
    expect(() => assertKey(key)).not.toThrow()
  })

  it.each(['', '/', '/a', 'a/', 'a//b', 'a/.', '../a', 'a b', 'a%b', 'a\n', 'ä', 'x'.repeat(MAX_KEY_LENGTH + 1)])(
    'is malformed: %j',
    (key) => expect(() => assertKey(key)).toThrow(RangeError),
  )

  it('lies directly beneath the prefix before its last slash', () => {
    expect(prefixOf('a/b/c')).toBe('a/b')
    expect(prefixOf('a')).toBe('')
  })
})

function randomName(random: () => number): string {
  let name = ''
  do {
    const range = random()
    const point =
      range < 0.4 ? 0x20 + random() * 0x5f : range < 0.8 ? 0xa0 + random() * 0xd000 : 0xe000 + random() * 0x101fff
    name += String.fromCodePoint(Math.floor(point))
  } while (random() < 0.85 && new TextEncoder().encode(name).length < 60)
  return name
}
