import { parseHosts } from '@eldest/core/adapter'
import type { ProxyTarget } from './tcp-proxy.js'

/** A store's URL, `scheme://user:password@host:port,host:port/path?parameter=value`, taken apart at its hosts. */
export class HostsUrl {
  readonly hosts: readonly ProxyTarget[]
  readonly #before: string
  readonly #after: string

  /** Errors: `RangeError` naming the part; never quotes what may hold a password. */
  constructor(url: string, defaultPort: number) {
    const [, scheme = '', authority = '', after = ''] = /^([a-z][a-z0-9]*:\/\/)([^/?#]*)(.*)$/s.exec(url) ?? []
    const at = authority.lastIndexOf('@') + 1
    const hosts = authority.slice(at)
    if (hosts === '') {
      throw new RangeError('store URL names no host: write it like scheme://host:port/namespace')
    }
    this.#before = scheme + authority.slice(0, at)
    this.#after = after
    this.hosts = parseHosts(hosts, defaultPort)
  }

  /** The same URL, with these in place of its hosts. */
  withHosts(hosts: readonly ProxyTarget[]): string {
    return this.#before + hosts.map(({ host, port }) => `${host}:${port}`).join(',') + this.#after
  }
}
