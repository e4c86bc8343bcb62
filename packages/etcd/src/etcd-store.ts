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
import { assertSize, etcdCapabilities } from './etcd-capabilities.js'
import { openEtcdClient } from './etcd-client.js'
import { EtcdHost } from './etcd-host.js'
import { type EtcdSettings, etcdSettings, type EtcdStoreOptions } from './etcd-options.js'
import { EtcdReads, type View } from './etcd-reads.js'
import { endSession, openEtcdSession } from './etcd-session.js'
import { EtcdSpace, sessionId } from './etcd-space.js'
import { EtcdWrites } from './etcd-writes.js'

/** The contract on etcd v3. */
export class EtcdStore implements ConsensusStore {
  readonly capabilities: Capabilities
  readonly #settings: EtcdSettings
  readonly #hosts: readonly EtcdHost[]
  readonly #requests: Requests<EtcdHost>
  readonly #reads: EtcdReads
  readonly #writes: EtcdWrites
  readonly #life: StoreLife
  readonly #closing = new AbortController()

  private constructor(settings: EtcdSettings, cluster: Cluster, minTtlMs: number) {
    const { hosts, requests, reads } = cluster
    this.#settings = settings
    this.#hosts = hosts
    this.#requests = requests
    this.#reads = reads
    this.#writes = new EtcdWrites(requests, new EtcdSpace(settings.namespace))
    this.#life = new StoreLife(settings)
    this.capabilities = etcdCapabilities(settings, minTtlMs)
  }

  /**
   * Opens a store, asking the cluster whether we may read, and what is the shortest lease.
   *
   * Errors: `TypeError` or `RangeError` for options that cannot work, before any I/O; within the request timeout
   * `UNAVAILABLE`, `ACCESS_DENIED`, or `BACKEND` where what answers is no etcd.
   */
  static async open(options: EtcdStoreOptions): Promise<EtcdStore> {
    const settings = etcdSettings(options)
    options.signal?.throwIfAborted()
    const cluster = reach(settings)
    try {
      return new EtcdStore(settings, cluster, await examine(cluster, options))
    } catch (error) {
      for (const host of cluster.hosts) host.close()
      throw isConsensusError(error) ? openingFailed(error, settings) : error
    }
  }

  async openSession({ ttlMs, signal }: SessionOptions): Promise<Session> {
    assertTtl(ttlMs, this.capabilities)
    const { clock, requestTimeoutMs } = this.#settings
    const parts = { requests: this.#requests, reads: this.#reads, writes: this.#writes, clock, requestTimeoutMs }
    return this.#life.openSession(signal, () => openEtcdSession({ ...parts, ttlMs, signal: this.#closing.signal }))
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
  hosts: EtcdHost[]
  requests: Requests<EtcdHost>
  reads: EtcdReads
}

function reach({ hosts, tls, namespace, ...settings }: EtcdSettings): Cluster {
  const reached = hosts.map((host) => {
    const name = `${host.host}:${host.port}`
    return new EtcdHost({ ...settings, name, client: openEtcdClient(host, tls) })
  })
  const requests = new Requests({ ...settings, hosts: reached })
  return { hosts: reached, requests, reads: new EtcdReads(requests, new EtcdSpace(namespace)) }
}

/** Whether the cluster answers and lets us read; returns the shortest TTL that it grants, in milliseconds. */
function examine({ requests, reads }: Cluster, { signal }: Cancellable): Promise<number> {
  const doing = { what: 'open a store' }
  return requests.idempotent(doing.what, { signal }, async (host, signal) => {
    // Asked for one second, it grants its least, which follows from its election timeout.
    const granting = host.request(doing, signal, (client, sending) => client.grant({ TTL: 1 }, sending))
    const [granted, read] = await Promise.allSettled([granting, reads.term(doing.what, host, signal)])
    if (granted.status === 'rejected') throw granted.reason
    // Not waited for: it runs out within seconds where this fails.
    endSession(requests, sessionId(granted.value.ID)).catch(() => undefined)
    if (read.status === 'rejected') throw read.reason
    return Number(granted.value.TTL) * 1000
  })
}

function openingFailed(error: ConsensusError, { hosts }: EtcdSettings): ConsensusError {
  const names = hosts.map(({ host, port }) => `${host}:${port}`).join(', ')
  const code = error.code === 'OUTCOME_UNKNOWN' ? 'UNAVAILABLE' : error.code
  return new ConsensusError(code, `no store could be opened at ${names}: ${error.message}`, {
    cause: error.cause ?? error,
  })
}
