/** The longest encoded name of an election or a candidate, in characters. */
export const MAX_ENCODED_NAME = 200
/** The longest key, in characters; the smallest limit among the stores is Consul's 512 less room for a namespace. */
export const MAX_KEY_LENGTH = 480

const SEGMENT = /^[A-Za-z0-9_.-]+$/

/**
 * Encodes a name that people choose as one key segment of `[A-Za-z0-9_.-]`, reversibly: letters, digits, `-` and `.`
 * stand for themselves, every other byte of its UTF-8 form becomes `_` and two hexadecimal digits, and so does a
 * leading dot, so that no segment is `.` or `..`. Not percent-encoding: Consul decodes or refuses percent signs.
 *
 * Errors: `TypeError` for what is no string; `RangeError` for an empty name, control characters, unpaired surrogates,
 * or more than {@link MAX_ENCODED_NAME} characters once encoded. `what` names the value in the message.
 */
export function encodeName(name: string, what = 'name'): string {
  if (typeof name !== 'string') throw new TypeError(`${what} must be a string, not ${typeof name}`)
  if (name === '') throw new RangeError(`${what} is empty: give it at least one character`)
  const control = /[\u0000-\u001f\u007f]/.exec(name)
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()
    throw new RangeError(`${what} ${JSON.stringify(shorten(name))} contains the control character U+${code}: remove it`)
  }
  if (/\p{Surrogate}/u.test(name)) {
    throw new RangeError(
      `${what} ${JSON.stringify(shorten(name))} contains half a surrogate pair: it is not valid Unicode`,
    )
  }
  let encoded = ''
  for (const byte of new TextEncoder().encode(name)) {
    const char = String.fromCharCode(byte)
    const plain = /[A-Za-z0-9.-]/.test(char) && !(char === '.' && encoded === '')
    encoded += plain ? char : '_' + byte.toString(16).padStart(2, '0')
  }
  if (encoded.length > MAX_ENCODED_NAME) {
    throw new RangeError(
      `${what} ${JSON.stringify(shorten(name))} is too long: ${encoded.length} characters once encoded, at most ${MAX_ENCODED_NAME}`,
    )
  }
  return encoded
}

/** Reverses {@link encodeName}; `undefined` for what it never returns. */
export function decodeName(segment: string): string | undefined {
  if (!SEGMENT.test(segment)) return undefined
  const bytes: number[] = []
  for (let i = 0; i < segment.length; i++) {
    if (segment[i] !== '_') {
      bytes.push(segment.charCodeAt(i))
      continue
    }
    const hex = segment.slice(i + 1, i + 3)
    if (!/^[0-9a-f]{2}$/.test(hex)) return undefined
    bytes.push(Number.parseInt(hex, 16))
    i += 2
  }
  try {
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes))
    return encodeName(name) === segment ? name : undefined
  } catch {
    return undefined // not UTF-8, or a name that encodeName refuses: somebody else's key
  }
}

/** Throws a `TypeError` or `RangeError` unless the key (or prefix) is well formed. Adapters call it before any I/O. */
export function assertKey(key: string, what = 'key'): void {
  if (typeof key !== 'string') throw new TypeError(`${what} must be a string, not ${typeof key}`)
  if (key.length > MAX_KEY_LENGTH) {
    throw new RangeError(
      `${what} ${JSON.stringify(shorten(key))} is too long: ${key.length} characters, at most ${MAX_KEY_LENGTH}`,
    )
  }
  for (const segment of key.split('/')) {
    if (!SEGMENT.test(segment) || segment === '.' || segment === '..') {
      throw new RangeError(
        `${what} ${JSON.stringify(shorten(key))} is malformed: it must be segments of A-Z a-z 0-9 _ . - joined by "/", none of them empty, "." or ".."`,
      )
    }
  }
}

/** The prefix a key lies directly beneath; the empty string for a key of one segment. */
export function prefixOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')))
}

function shorten(text: string): string {
  return text.length > 60 ? text.slice(0, 57) + '...' : text
}
