import {
  type Cancellable,
  type Capabilities,
  ConsensusError,
  type ConsensusStore,
  type Entry,
  isConsensusError,
  type Session,
  type SessionOptions,
  type WriteOptions,
} from '@eldest/core'
import { assertKey, assertTtl, Requests, StoreLife } from '@eldest/core/adapter'
import { assertSize, consulCapabilities } from './consul-capabilities.js'
import { openConsulClient } from './consul-client.js'
import { ConsulHost } from './consul-host.js'
import { type ConsulSettings, consulSettings, type ConsulStoreOptions } from './consul-options.js'
import { ConsulReads, type View } from './consul-reads.js'
import { openConsulSession } from './consul-session.js'
import { ConsulSpace } from './consul-space.js'
import { ConsulWrites } from './consul-writes.js'

/** Consul's own `session_ttl_min`. */
const DEFAULT_MIN_TTL_MS = 10_000

/** The contract on Consul. */
export class ConsulStore implements ConsensusStore {
  readonly capabilities: Capabilities
  readonly #settings: ConsulSettings
  readonly #hosts: readonly ConsulHost[]
  readonly #requests: Requests<ConsulHost>
  readonly #reads: ConsulReads
  readonly #writes: ConsulWrites
  readonly #life: StoreLife
  readonly #closing = new AbortController()

  private constructor(settings: ConsulSettings, { hosts, requests, reads, space }: Cluster, minTtlMs: number) {
    this.#settings = settings
    this.#hosts = hosts
    this.#requests = requests
    this.#reads = reads
    this.#writes = new ConsulWrites(requests, reads, space)
    this.#life = new StoreLife(settings)
    this.capabilities = consulCapabilities(minTtlMs, settings.requestTimeoutMs)
  }

  /**
   * Opens a store, reads once, and asks the agent for its shortest TTL.
   *
   * Errors: `TypeError` or `RangeError` for options that cannot work, before any I/O; within the request timeout
   * `UNAVAILABLE`, `ACCESS_DENIED`, or `BACKEND` where what answers is no Consul.
   */
  static async open(options: ConsulStoreOptions): Promise<ConsulStore> {
    const settings = consulSettings(options)
    options.signal?.throwIfAborted()
    const cluster = reach(settings)
    try {
      return new ConsulStore(settings, cluster, await examine(cluster, settings, options))
    } catch (error) {
      for (const host of cluster.hosts) host.close()
      throw isConsensusError(error) ? openingFailed(error, settings) : error
    }
  }

  async openSession({ ttlMs, signal }: SessionOptions): Promise<Session> {
    assertTtl(ttlMs, this.capabilities)
    const { clock, requestTimeoutMs } = this.#settings
    const parts = { requests: this.#requests, writes: this.#writes, clock, requestTimeoutMs }
    const whole = Math.ceil(ttlMs)
    return this.#life.openSession(signal, () =>
      openConsulSession({ ...parts, ttlMs: whole, signal: this.#closing.signal }),
    )
  }

  async get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(key)
    this.#life.assertOpen()
    return this.#reads.read(this.#reads.one(key), options)
  }

  async list(prefix: string, options: Cancellable = {}): Promise<Entry[]> {
    assertKey(prefix, 'prefix')
    this.#life.assertOpen()
    return this.#reads.read(this.#reads.beneath(prefix), options)
  }

  async predecessor(entry: Entry, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(entry.key)
    this.#life.assertOpen()
    return this.#reads.predecessor(entry, options)
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Entry> {
    assertKey(key)
    assertSize(value)
    this.#life.assertOpen()
    return this.#writes.put(key, value, options)
  }

  async delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    assertKey(key)
    this.#life.assertOpen()
    return this.#writes.delete(key, options)
  }

  watch(key: string, options: Cancellable = {}): AsyncIterable<Entry | undefined> {
    assertKey(key)
    return this.#watch(this.#reads.one(key), (a, b) => a?.modRevision === b?.modRevision, options)
  }

  watchPrefix(prefix: string, options: Cancellable = {}): AsyncIterable<Entry[]> {
    assertKey(prefix, 'prefix')
    const same = (a: Entry[], b: Entry[]) =>
      a.length === b.length && a.every(({ modRevision }, i) => modRevision === b[i]?.modRevision)
    return this.#watch(this.#reads.beneath(prefix), same, options)
  }

  close(): Promise<void> {
    this.#closing.abort(new ConsensusError('STORE_CLOSED', 'the store is closed'))
    return this.#life.close(() => {
      for (const host of this.#hosts) host.close()
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #watch<T>(view: View<T>, same: (a: T, b: T) => boolean, { signal }: Cancellable): AsyncIterable<T> {
    return this.#life.watch({ signal, same, feed: (signal, show) => this.#reads.follow(view, signal, show) })
  }
}

interface Cluster {
  hosts: ConsulHost[]
  requests: Requests<ConsulHost>
  reads: ConsulReads
  space: ConsulSpace
}

function reach(settings: ConsulSettings): Cluster {
  const { tls, token, clock, namespace } = settings
  const hosts = settings.hosts.map((host) => new ConsulHost(openConsulClient(host, tls), token, clock))
  const requests = new Requests({ ...settings, hosts })
  const space = new ConsulSpace(namespace)
  return { hosts, requests, reads: new ConsulReads(requests, space, settings), space }
}

/** Whether an agent answers and lets us read; returns the shortest TTL that it takes, in milliseconds. */
function examine({ requests, reads }: Cluster, settings: ConsulSettings, { signal }: Cancellable): Promise<number> {
  return requests.idempotent('open a store', { signal }, async (host, signal) => {
    await reads.probe(host, signal)
    return settings.minTtlMs ?? (await shortestTtlMs(host, signal))
  })
}

async function shortestTtlMs(host: ConsulHost, signal: AbortSignal): Promise<number> {
  try {
    const { DebugConfig } = await host.request({ what: 'open a store' }, signal, (client, sending) =>
      client.self(sending),
    )
    return durationMs(DebugConfig?.['SessionTTLMin']) ?? DEFAULT_MIN_TTL_MS
  } catch (error) {
    if (isConsensusError(error, 'ACCESS_DENIED')) return DEFAULT_MIN_TTL_MS // it needs agent:read, which we do not
    throw error
  }
}

/** As Go prints durations: `1m30s`, `10s`, `500ms`. */
function durationMs(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^([\d.]+(h|ms|m|s))+$/.test(text)) return undefined
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  let sum = 0
  for (const [, digits, unit] of text.matchAll(/([\d.]+)(h|ms|m|s)/g)) sum += Number(digits) * units[unit!]!
  return sum > 0 ? sum : undefined
}

function openingFailed(error: ConsensusError, { hosts }: ConsulSettings): ConsensusError {
  const names = hosts.map(({ host, port }) => `${host}:${port}`).join(', ')
  const code = error.code === 'OUTCOME_UNKNOWN' ? 'UNAVAILABLE' : error.code
  return new ConsensusError(code, `no store could be opened at ${names}: ${error.message}`, {
    cause: error.cause ?? error,
  })
}
