import {
  type Cancellable,
  type Capabilities,
  ConsensusError,
  type ConsensusStore,
  type Entry,
  type Session,
  type SessionOptions,
  systemClock as clock,
  type WriteOptions,
} from '@eldest/core'
import { assertKey, assertTtl, predecessorIn, prefixOf, Requests, StoreLife } from '@eldest/core/adapter'
import { type FileClient, openFolder } from './file-client.js'
import { makeFolder } from './file-folder.js'
import { fileCapabilities, type FileStoreOptions } from './file-options.js'
import { openFileSession } from './file-session.js'
import { byLooking, sameEntries, sameEntry } from './file-watch.js'

/** What `FileStore.open` takes besides, for what stands between the store and its folder in the conformance suite. */
export interface FileStoreParts {
  wrapClient?: (client: FileClient) => FileClient
}

/** The contract over a folder of immutable files. */
export class FileStore implements ConsensusStore {
  readonly capabilities: Capabilities
  readonly #requests: Requests<FileClient>
  readonly #life = new StoreLife({ clock })

  private constructor(client: FileClient, capabilities: Capabilities) {
    const { requestTimeoutMs } = (this.capabilities = capabilities)
    this.#requests = new Requests({ clock, hosts: [client], requestTimeoutMs })
  }

  /** Opens the folder, and makes it where there is none. Errors: `RangeError`; `ACCESS_DENIED`, `UNSUPPORTED`. */
  static async open(path: string, options: FileStoreOptions & FileStoreParts = {}): Promise<FileStore> {
    const { signal, wrapClient } = options
    const capabilities = fileCapabilities(options)
    signal?.throwIfAborted()
    await makeFolder(path)
    const client = openFolder(path)
    return new FileStore(wrapClient ? wrapClient(client) : client, capabilities)
  }

  async openSession({ ttlMs, signal }: SessionOptions): Promise<Session> {
    assertTtl(ttlMs, this.capabilities)
    const { requestTimeoutMs } = this.capabilities
    const assertValue = (value: Uint8Array) => this.#assertValue(value)
    const session = { requests: this.#requests, clock, ttlMs: Math.ceil(ttlMs), requestTimeoutMs, assertValue }
    return this.#life.openSession(signal, () => openFileSession(session))
  }

  async get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(key)
    this.#assertCallable(options)
    return this.#requests.idempotent(`reading ${key}`, options, (client, waiting) => client.get(key, waiting))
  }

  async list(prefix: string, options: Cancellable = {}): Promise<Entry[]> {
    assertKey(prefix, 'prefix')
    this.#assertCallable(options)
    return this.#requests.idempotent(`listing ${prefix}`, options, (client, waiting) => client.list(prefix, waiting))
  }

  async predecessor(entry: Entry, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(entry.key)
    return predecessorIn(await this.list(prefixOf(entry.key), options), entry)
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Entry> {
    assertKey(key)
    this.#assertValue(value)
    this.#assertCallable(options)
    const { guard } = options
    return this.#requests.once(`writing ${key}`, options, (client, waiting) => client.put(key, value, guard, waiting))
  }

  async delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    assertKey(key)
    this.#assertCallable(options)
    const { guard } = options
    return this.#requests.once(`deleting ${key}`, options, (client, waiting) => client.delete(key, guard, waiting))
  }

  watch(key: string, { signal }: Cancellable = {}): AsyncIterable<Entry | undefined> {
    assertKey(key)
    const feed = byLooking(clock, (stopped) => this.get(key, { signal: stopped }))
    return this.#life.watch({ signal, same: sameEntry, feed })
  }

  watchPrefix(prefix: string, { signal }: Cancellable = {}): AsyncIterable<Entry[]> {
    assertKey(prefix, 'prefix')
    const feed = byLooking(clock, (stopped) => this.list(prefix, { signal: stopped }))
    return this.#life.watch({ signal, same: sameEntries, feed })
  }

  close(): Promise<void> {
    return this.#life.close(() => undefined) // a client with connections closes them here
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #assertCallable({ signal }: Cancellable): void {
    signal?.throwIfAborted()
    this.#life.assertOpen()
  }

  #assertValue(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
    const { maxValueBytes } = this.capabilities
    if (value.length <= maxValueBytes) return
    throw new ConsensusError('VALUE_TOO_LARGE', `value of ${value.length} bytes: this store takes ${maxValueBytes}`)
  }
}
