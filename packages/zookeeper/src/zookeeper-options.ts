import { type Cancellable, type Clock, systemClock } from '@eldest/core'
import {
  assertKey,
  environmentCredentials,
  type Host,
  integerParameter,
  parseStoreUrl,
  type Supplied,
} from '@eldest/core/adapter'

/** A user of ZooKeeper's scheme `digest`. */
export interface ZooKeeperCredentials {
  user: string
  password: string
}

/** Options of `ZooKeeperStore.open`. */
export interface ZooKeeperStoreOptions extends Cancellable {
  /** The servers' client addresses; one that does not answer is left for the next. */
  hosts: readonly Host[]
  /** The node beneath which all keys lie, without slashes at its ends; made if it is not there. Default: the root. */
  chroot?: string
  /** A value, or a function that is asked for each new session. Default: no user, and nodes open to everybody. */
  credentials?: Supplied<ZooKeeperCredentials>
  /** Longest time in milliseconds until a call settles. Default 5000. */
  requestTimeoutMs?: number
  /**
   * The servers' `tickTime`, in milliseconds, which their protocol does not tell. Default: half of the shortest
   * session timeout that they grant, which is right unless `minSessionTimeout` was configured.
   */
  tickMs?: number
  /** Default: the machine's. */
  clock?: Clock
}

/** Options that have been checked, with their defaults. */
export interface ZooKeeperSettings {
  hosts: readonly Host[]
  chroot: string
  credentials: Supplied<ZooKeeperCredentials> | undefined
  requestTimeoutMs: number
  tickMs: number | undefined
  clock: Clock
}

const REQUEST_TIMEOUT = { min: 100, max: 600_000 }
const TICK = { min: 10, max: 60_000 }

/** Checks options and fills in defaults. Errors: `TypeError`, `RangeError`; never quotes a password. */
export function zookeeperSettings(options: ZooKeeperStoreOptions): ZooKeeperSettings {
  const { hosts, chroot = '', credentials, requestTimeoutMs = 5000, tickMs, clock = systemClock } = options
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
  if (chroot !== '') assertKey(chroot, 'chroot')
  assertWithin('requestTimeoutMs', requestTimeoutMs, REQUEST_TIMEOUT)
  if (tickMs !== undefined) assertWithin('tickMs', tickMs, TICK)
  if (credentials !== undefined && typeof credentials !== 'function') assertCredentials(credentials)
  return { hosts, chroot, credentials, requestTimeoutMs, tickMs, clock }
}

/** The options that a `zookeeper:` URL stands for. Errors: `RangeError` naming the part and the fix. */
export function parseZooKeeperUrl(url: string): ZooKeeperStoreOptions {
  if (url.startsWith('zookeepers:')) {
    throw new RangeError(
      'zookeepers:// cannot be served: the client, node-zookeeper-client, speaks no TLS; put a tunnel before the servers and write zookeeper://',
    )
  }
  const parameters = ['requestTimeoutMs', 'tickMs']
  const parsed = parseStoreUrl(url, { schemes: ['zookeeper'], defaultPort: 2181, parameters })
  const requestTimeoutMs = integerParameter(parsed, 'requestTimeoutMs', REQUEST_TIMEOUT)
  const tickMs = integerParameter(parsed, 'tickMs', TICK)
  const credentials = urlCredentials(parsed)
  return {
    hosts: parsed.hosts,
    chroot: parsed.path,
    ...(credentials && { credentials }),
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    ...(tickMs !== undefined && { tickMs }),
  }
}

function urlCredentials(url: { user?: string; password?: string }): ZooKeeperCredentials | undefined {
  const environment = environmentCredentials()
  const user = url.user ?? environment.user
  if (user === undefined) return undefined
  const password = url.password ?? environment.password
  if (!user || !password) {
    throw new RangeError(
      'a user of ZooKeeper needs a password: write user:password@ in the store URL, or set ELDEST_PASSWORD',
    )
  }
  const credentials = { user, password }
  assertCredentials(credentials)
  return credentials
}

function assertCredentials({ user, password }: Partial<ZooKeeperCredentials>): void {
  if (typeof user !== 'string' || user === '' || typeof password !== 'string' || password === '') {
    throw new TypeError('credentials must be { user, password }, neither of them empty, or a function that gives them')
  }
  if (user.includes(':'))
    throw new RangeError(`user ${JSON.stringify(user)} has a colon, which ends a user in ZooKeeper`)
}

function assertWithin(name: string, value: number, { min, max }: { min: number; max: number }): void {
  if (value >= min && value <= max) return
  throw new RangeError(`${name} is ${value}: it must be ${min} to ${max} milliseconds`)
}
