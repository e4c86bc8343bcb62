import { abortable } from '../abort.js'
import type { Capabilities } from '../capabilities.js'
import { type Clock, systemClock } from '../clock.js'
import { ConsensusError } from '../error.js'
import { assertKey } from '../key.js'
import { freshName, KeptSession } from '../kept-session.js'
import { assertTtl, type Session, type SessionOptions } from '../session.js'
import { type StateSink, stateIterable } from '../state-stream.js'
import type { Cancellable, ConsensusStore, Entry, WriteOptions } from '../store.js'
import { MemoryLink } from './memory-link.js'
import { MemoryServer } from './memory-server.js'

/** Where a {@link MemoryStore} gets its parts; each has a default. */
export interface MemoryStoreOptions {
  /** Default: a server of its own. */
  server?: MemoryServer
  /** Default: one without faults. */
  link?: MemoryLink
  /** Default: the machine's. */
  clock?: Clock
}

const MAX_VALUE_BYTES = 1024 * 1024

/** The contract in the plainest code: one client of an in-process server. For tests, and to read first. */
export class MemoryStore implements ConsensusStore {
  readonly capabilities: Capabilities = {
    minTtlMs: 100, // below 62 the margins alone bring a leader into doubt before its first renewal
    maxTtlMs: 24 * 3_600_000,
    ttlGranularityMs: 1,
    worstCaseExpiryMs: (ttlMs) => ttlMs + 20,
    maxValueBytes: MAX_VALUE_BYTES,
    requestTimeoutMs: 1000,
    singleHost: true,
  }
  readonly #server: MemoryServer
  readonly #link: MemoryLink
  readonly #clock: Clock
  readonly #sessions = new Set<KeptSession>()
  readonly #sinks = new Set<StateSink<never>>()
  #closing: Promise<void> | undefined

  constructor(options: MemoryStoreOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#server = options.server ?? new MemoryServer({ clock: this.#clock })
    this.#link = options.link ?? new MemoryLink()
  }

  async openSession({ ttlMs, signal }: SessionOptions): Promise<Session> {
    assertTtl(ttlMs, this.capabilities)
    const id = freshName()
    const server = this.#server
    const heldSinceMs = this.#clock.now()
    await this.#request(() => server.openSession(id, ttlMs), { signal, write: true, undo: () => server.endSession(id) })
    if (this.#closing) {
      server.endSession(id)
      throw new ConsensusError('STORE_CLOSED', 'the store was closed while the session was being opened')
    }
    const backend = {
      renew: async () => {
        const sentMs = this.#clock.now()
        await this.#link.request(() => server.renewSession(id), true)
        return sentMs
      },
      create: (key: string, value: Uint8Array) => {
        assertSize(value)
        return this.#link.request(() => server.createOrdered(id, key, value), true)
      },
      remove: (entry: Entry) => this.#link.request(() => server.delete(entry.key, entry), true),
      end: () => this.#link.request(() => server.endSession(id), true),
    }
    const requestTimeoutMs = this.capabilities.requestTimeoutMs
    const session = new KeptSession({ clock: this.#clock, id, ttlMs, heldSinceMs, requestTimeoutMs, backend })
    this.#sessions.add(session)
    session.ended.addEventListener('abort', () => this.#sessions.delete(session), { once: true })
    return session
  }

  async get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(key)
    return this.#request(() => this.#server.get(key), options)
  }

  async list(prefix: string, options: Cancellable = {}): Promise<Entry[]> {
    assertKey(prefix, 'prefix')
    return this.#request(() => this.#server.list(prefix), options)
  }

  async predecessor(entry: Entry, options: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(entry.key)
    return this.#request(() => this.#server.predecessor(entry), options)
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Entry> {
    assertKey(key)
    assertSize(value)
    return this.#request(() => this.#server.put(key, value, options.guard), { ...options, write: true })
  }

  async delete(key: string, options: WriteOptions = {}): Promise<boolean> {
    assertKey(key)
    return this.#request(() => this.#server.delete(key, options.guard), { ...options, write: true })
  }

  watch(key: string, options: Cancellable = {}): AsyncIterable<Entry | undefined> {
    assertKey(key)
    const server = this.#server
    const same = (a: Entry | undefined, b: Entry | undefined) => a?.modRevision === b?.modRevision
    return this.#watch(() => server.get(key), same, options)
  }

  watchPrefix(prefix: string, options: Cancellable = {}): AsyncIterable<Entry[]> {
    assertKey(prefix, 'prefix')
    const same = (a: Entry[], b: Entry[]) =>
      a.length === b.length && a.every((entry, i) => entry.modRevision === b[i]?.modRevision)
    return this.#watch(() => this.#server.list(prefix), same, options)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close(new ConsensusError('STORE_CLOSED', 'the store is closed'))
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #request<T>(operation: () => T, options: Cancellable & { write?: boolean; undo?: () => void }): Promise<T> {
    options.signal?.throwIfAborted()
    if (this.#closing) throw new ConsensusError('STORE_CLOSED', 'the store is closed')
    return abortable(this.#link.request(operation, options.write ?? false), options.signal, options.undo)
  }

  #watch<T>(read: () => T, same: (a: T, b: T) => boolean, { signal }: Cancellable): AsyncIterable<T> {
    return stateIterable<T>((sink) => {
      if (this.#closing) sink.fail(new ConsensusError('STORE_CLOSED', 'the store is closed'))
      let last: { state: T } | undefined
      const look = () => {
        if (!this.#link.connected) return
        const state = read()
        if (last && same(last.state, state)) return
        last = { state }
        sink.push(state)
      }
      const removals = [this.#server.onChange(look), this.#link.onHeal(look)]
      this.#sinks.add(sink)
      look()
      return () => {
        this.#sinks.delete(sink)
        for (const remove of removals) remove()
      }
    }, signal)
  }

  async #close(reason: ConsensusError): Promise<void> {
    for (const sink of [...this.#sinks]) sink.fail(reason)
    await Promise.allSettled([...this.#sessions].map((session) => session.closeWith(reason)))
  }
}

function assertSize(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
  if (value.length <= MAX_VALUE_BYTES) return
  throw new ConsensusError(
    'VALUE_TOO_LARGE',
    `value of ${value.length} bytes: the memory store takes ${MAX_VALUE_BYTES}`,
  )
}
