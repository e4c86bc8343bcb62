import { type Cancellable, type Clock, systemClock } from '@eldest/core'
import {
  assertKey,
  environmentCredentials,
  type Host,
  integerParameter,
  parseStoreUrl,
  type Supplied,
  TLS_PARAMETERS,
  type TlsOptions,
  tlsParameters,
} from '@eldest/core/adapter'

/** Options of `ConsulStore.open`. */
export interface ConsulStoreOptions extends Cancellable {
  /** The agents' HTTP addresses; the first that answers is used, the others when it does not. */
  hosts: readonly Host[]
  /** Stands before every key, with a slash. Not a namespace of Consul Enterprise. Default: none. */
  namespace?: string
  /** An ACL token, or a function that is asked again when the server refuses what it gave. Default: none. */
  token?: Supplied<string>
  /** Speak TLS; `{}` trusts the authorities of Node. Default: no TLS. */
  tls?: TlsOptions
  /** Longest time in milliseconds until a call settles. Default 5000. */
  requestTimeoutMs?: number
  /**
   * The server's `session_ttl_min`, in milliseconds, where the token may not read it from the agent. Default: what the
   * agent says, or else Consul's own default, 10,000.
   */
  minTtlMs?: number
  /** Default: the machine's. */
  clock?: Clock
}

/** Options that have been checked, with their defaults. */
export interface ConsulSettings {
  hosts: readonly Host[]
  namespace: string
  token: Supplied<string> | undefined
  tls: TlsOptions | undefined
  requestTimeoutMs: number
  minTtlMs: number | undefined
  clock: Clock
}

const REQUEST_TIMEOUT = { min: 100, max: 600_000 }
const MIN_TTL = { min: 1000, max: 86_400_000 }
const PARAMETERS = ['requestTimeoutMs', 'minTtlMs', ...TLS_PARAMETERS]

/** Checks options and fills in defaults. Errors: `TypeError`, `RangeError`; never quotes a token. */
export function consulSettings(options: ConsulStoreOptions): ConsulSettings {
  const { hosts, namespace = '', token, tls, requestTimeoutMs = 5000, minTtlMs, clock = systemClock } = options
  if (!Array.isArray(hosts) || hosts.length === 0) {
    throw new TypeError('hosts must be a list of at least one { host, port }')
  }
  for (const { host, port } of hosts as readonly Host[]) {
    if (typeof host !== 'string' || !/^[A-Za-z0-9_.:-]+$/.test(host)) {
      throw new RangeError(`host ${JSON.stringify(host)} is malformed: it must be a name or an address`)
    }
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new RangeError(`port ${port} of host ${host} is out of range: 1 to 65535`)
    }
  }
  if (namespace !== '') assertKey(namespace, 'namespace')
  assertWithin('requestTimeoutMs', requestTimeoutMs, REQUEST_TIMEOUT)
  if (minTtlMs !== undefined) assertWithin('minTtlMs', minTtlMs, MIN_TTL)
  if (
    token !== undefined &&
    typeof token !== 'function' &&
    (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
  ) {
    throw new TypeError('token must be a string of visible characters, or a function that gives one')
  }
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new RangeError('a client certificate needs both tls.cert and tls.key')
  }
  return { hosts, namespace, token, tls, requestTimeoutMs, minTtlMs, clock }
}

/** The options that a `consul:` or `consuls:` URL stands for. Errors: `RangeError` naming the part and the fix. */
export function parseConsulUrl(url: string): ConsulStoreOptions {
  const parsed = parseStoreUrl(url, { schemes: ['consul', 'consuls'], defaultPort: 8500, parameters: PARAMETERS })
  const { hosts, path, scheme, parameters, user, password } = parsed
  if (password !== undefined) {
    throw new RangeError('Consul knows tokens, not users with passwords: write consul://TOKEN@host, without a colon')
  }
  const tls = scheme === 'consuls' ? tlsParameters(parsed) : undefined
  const unused = TLS_PARAMETERS.find((name) => !tls && parameters.has(name))
  if (unused) {
    throw new RangeError(`parameter "${unused}" of the store URL needs TLS: write consuls:// in place of consul://`)
  }
  const token = user ?? environmentCredentials().token
  const requestTimeoutMs = integerParameter(parsed, 'requestTimeoutMs', REQUEST_TIMEOUT)
  const minTtlMs = integerParameter(parsed, 'minTtlMs', MIN_TTL)
  return {
    hosts,
    namespace: path,
    ...(token !== undefined && { token }),
    ...(tls && { tls }),
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    ...(minTtlMs !== undefined && { minTtlMs }),
  }
}

function assertWithin(name: string, value: number, { min, max }: { min: number; max: number }): void {
  if (value >= min && value <= max) return
  throw new RangeError(`${name} is ${value}: it must be ${min} to ${max} milliseconds`)
}
