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

/** A user of etcd, where authentication is on. */
export interface EtcdCredentials {
  user: string
  password: string
}

/** Options of `EtcdStore.open`. */
export interface EtcdStoreOptions extends Cancellable {
  /** The members' client addresses; the first that answers is used, the others when it does not. */
  hosts: readonly Host[]
  /** Stands before every key, with a slash. Default: none, so that keys are etcd's own. */
  namespace?: string
  /** A value, or a function that is asked again when the server refuses what it gave. Default: no user. */
  credentials?: Supplied<EtcdCredentials>
  /** Speak TLS; `{}` trusts the authorities of Node. Default: no TLS. */
  tls?: TlsOptions
  /** Longest time in milliseconds until a call settles. Default 5000. */
  requestTimeoutMs?: number
  /** Default: the machine's. */
  clock?: Clock
}

/** Options that have been checked, with their defaults. */
export interface EtcdSettings {
  hosts: readonly Host[]
  namespace: string
  credentials: Supplied<EtcdCredentials> | undefined
  tls: TlsOptions | undefined
  requestTimeoutMs: number
  clock: Clock
}

const REQUEST_TIMEOUT = { min: 100, max: 600_000 }
const DEFAULT_PORT = 2379
const PARAMETERS = ['requestTimeoutMs', ...TLS_PARAMETERS]

/** Checks options and fills in defaults. Errors: `TypeError`, `RangeError`; never quotes a password. */
export function etcdSettings(options: EtcdStoreOptions): EtcdSettings {
  const { hosts, namespace = '', credentials, tls, requestTimeoutMs = 5000, clock = systemClock } = options
  if (!Array.isArray(hosts) || hosts.length === 0)
    throw new TypeError('hosts must be a list of at least one { host, port }')
  for (const { host, port } of hosts as readonly Host[]) {
    if (typeof host !== 'string' || !/^[A-Za-z0-9_.:-]+$/.test(host)) {
      throw new RangeError(`host ${JSON.stringify(host)} is malformed: it must be a name or an address`)
    }
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new RangeError(`port ${port} of host ${host} is out of range: 1 to 65535`)
    }
  }
  if (namespace !== '') assertKey(namespace, 'namespace')
  if (!(requestTimeoutMs >= REQUEST_TIMEOUT.min && requestTimeoutMs <= REQUEST_TIMEOUT.max)) {
    const { min, max } = REQUEST_TIMEOUT
    throw new RangeError(`requestTimeoutMs is ${requestTimeoutMs}: it must be ${min} to ${max} milliseconds`)
  }
  if (credentials !== undefined && typeof credentials !== 'function') assertCredentials(credentials)
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new RangeError('a client certificate needs both tls.cert and tls.key')
  }
  return { hosts, namespace, credentials, tls, requestTimeoutMs, clock }
}

/** The options that an `etcd:` or `etcds:` URL stands for. Errors: `RangeError` naming the part and the fix. */
export function parseEtcdUrl(url: string): EtcdStoreOptions {
  const parsed = parseStoreUrl(url, { schemes: ['etcd', 'etcds'], defaultPort: DEFAULT_PORT, parameters: PARAMETERS })
  const { hosts, path, scheme, parameters } = parsed
  const tls = scheme === 'etcds' ? tlsParameters(parsed) : undefined
  const unused = TLS_PARAMETERS.find((name) => !tls && parameters.has(name))
  if (unused)
    throw new RangeError(`parameter "${unused}" of the store URL needs TLS: write etcds:// in place of etcd://`)
  const requestTimeoutMs = integerParameter(parsed, 'requestTimeoutMs', REQUEST_TIMEOUT)
  const credentials = urlCredentials(parsed)
  return {
    hosts,
    namespace: path,
    ...(credentials && { credentials }),
    ...(tls && { tls }),
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
  }
}

function urlCredentials(url: { user?: string; password?: string }): EtcdCredentials | undefined {
  const environment = environmentCredentials()
  const user = url.user ?? environment.user
  if (user === undefined) return undefined
  // A password of the environment belongs to whatever user the URL names: that is how it is kept out of URLs.
  const password = url.password ?? environment.password
  if (!user || !password) {
    throw new RangeError(
      'a user of etcd needs a password: write user:password@ in the store URL, or set ELDEST_PASSWORD',
    )
  }
  return { user, password }
}

function assertCredentials({ user, password }: Partial<EtcdCredentials>): void {
  if (typeof user === 'string' && user !== '' && typeof password === 'string' && password !== '') return
  throw new TypeError('credentials must be { user, password }, neither of them empty, or a function that gives them')
}
