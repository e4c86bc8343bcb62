import { assertKey } from './key.js'

/** One server's address. */
export interface Host {
  host: string
  port: number
}

/** The parts of a store's URL: `scheme://user:password@host:port,host:port/path?parameter=value`. */
export interface StoreUrl {
  scheme: string
  hosts: readonly Host[]
  /** The namespace, without slashes at its ends; empty if the URL has none. */
  path: string
  user?: string
  password?: string
  parameters: ReadonlyMap<string, string>
}

/** What an adapter's URLs may contain. */
export interface StoreUrlShape {
  schemes: readonly string[]
  defaultPort: number
  /** The query parameters it knows. */
  parameters: readonly string[]
}

/**
 * Takes a store's URL apart. Not `URL`, which knows one host only and changes what it does not like.
 *
 * Errors: `RangeError` naming the part and the fix. Never quotes the part that may hold a password.
 */
export function parseStoreUrl(url: string, shape: StoreUrlShape): StoreUrl {
  const example = `${shape.schemes[0]}://host:${shape.defaultPort}/namespace`
  const [, scheme, rest] = /^([a-z][a-z0-9]*):\/\/(.*)$/s.exec(url) ?? []
  if (scheme === undefined || rest === undefined || !shape.schemes.includes(scheme)) {
    throw new RangeError(`store URL is malformed: write it like ${example}`)
  }
  const [, authority = '', path = '', query = '', fragment] =
    /^([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(rest) ?? []
  if (fragment !== undefined) throw new RangeError('store URL has a "#": write %23 where it is part of a value')
  const at = authority.lastIndexOf('@')
  const hosts = authority.slice(at + 1)
  if (hosts === '') throw new RangeError(`store URL names no host: write it like ${example}`)
  return {
    scheme,
    hosts: parseHosts(hosts, shape.defaultPort),
    path: parsePath(path),
    ...(at < 0 ? {} : parseUserInfo(authority.slice(0, at))),
    parameters: parseQuery(query, shape.parameters),
  }
}

/** Takes `host:port,host:port` apart. Errors: `RangeError` naming the host. */
export function parseHosts(text: string, defaultPort: number): Host[] {
  return text.split(',').map((host) => parseHost(host, defaultPort))
}

function parseHost(text: string, defaultPort: number): Host {
  const [, bracketed, name, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d+))?$/.exec(text) ?? []
  const host = bracketed ?? name
  if (host === undefined) {
    throw new RangeError(`host ${JSON.stringify(text)} of the store URL is malformed: write name:port or [IPv6]:port`)
  }
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port < 1 || port > 65535) throw new RangeError(`port ${digits} of the store URL is out of range: 1 to 65535`)
  return { host, port }
}

function parsePath(text: string): string {
  const path = text.replace(/^\/|\/$/g, '')
  if (path !== '') assertKey(path, 'namespace')
  return path
}

function parseUserInfo(text: string): { user: string; password?: string } {
  const colon = text.indexOf(':')
  if (colon < 0) return { user: decode(text, 'user') }
  return { user: decode(text.slice(0, colon), 'user'), password: decode(text.slice(colon + 1), 'password') }
}

function parseQuery(query: string, known: readonly string[]): Map<string, string> {
  const parameters = new Map<string, string>()
  if (query === '') return parameters
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.split('=')
    if (!known.includes(name)) {
      const names = known.length > 0 ? `this store knows ${known.join(', ')}` : 'this store knows none'
      throw new RangeError(`parameter ${JSON.stringify(name)} of the store URL is unknown: ${names}`)
    }
    if (parameters.has(name)) throw new RangeError(`parameter "${name}" of the store URL is given twice`)
    parameters.set(name, decode(value.join('='), `parameter "${name}"`))
  }
  return parameters
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new RangeError(`${what} of the store URL is not percent-encoded: write %25 for a percent sign`)
  }
}
