import { watch as watchOnDisk } from 'node:fs'
import {
  type Cancellable,
  type Capabilities,
  type Clock,
  ConsensusError,
  type ConsensusStore,
  type Entry,
  type Session,
  type SessionOptions,
  systemClock,
  type WriteOptions,
} from '@eldest/core'
import {
  abortable,
  assertKey,
  assertLives,
  assertTtl,
  type KeptSession,
  prefixOf,
  stateIterable,
  type StateSink,
  withDeadline,
} from '@eldest/core/adapter'
import { hostBoot } from './host-boot.js'
import { type LocalClient, openLocalClient, type Snapshot } from './local-client.js'
import { LocalFile } from './local-file.js'
import { entriesBeneath, entriesIn, ranges, readEntry } from './local-layout.js'
import { LocalLedger } from './local-ledger.js'
import { assertPath, localCapabilities, type LocalStoreOptions } from './local-options.js'
import type { Pulses } from './local-pulses.js'
import { openLocalSession } from './local-session.js'
import { assertSize } from './local-value.js'
import { LocalWatch, type WatchFile } from './local-watch.js'

/** What `LocalStore.open` takes besides, for tests that stand between the store and LMDB. */
export interface LocalStoreParts {
  openClient?: (path: string, timeoutMs: number) => Promise<LocalClient>
  boot?: string
  watchFile?: WatchFile
}

/** The contract for many processes of one host over one LMDB file: no server, no daemon. */
export class LocalStore implements ConsensusStore {
  readonly capabilities: Capabilities
  readonly #clock: Clock
  readonly #ledger: LocalLedger
  readonly #pulses: Pulses
  readonly #watch: LocalWatch
  readonly #sessions = new Set<KeptSession>()
  readonly #sinks = new Set<StateSink<never>>()
  #closing: Promise<void> | undefined

  private constructor(
    ledger: LocalLedger,
    pulses: Pulses,
    watch: LocalWatch,
    clock: Clock,
    capabilities: Capabilities,
  ) {
    this.capabilities = capabilities
    this.#clock = clock
    this.#ledger = ledger
    this.#pulses = pulses
    this.#watch = watch
    ledger.onCommit = watch.wake
    ledger.failed.addEventListener('abort', () => this.#lose(ledger.failed.reason as ConsensusError), { once: true })
  }

  /**
   * Opens the file, and makes it and its folders where they do not exist.
   *
   * Errors: `RangeError` for a path that names no file; `ACCESS_DENIED`; `UNSUPPORTED` for a file that is not a store;
   * `UNAVAILABLE` where there is no room. Nothing is written in any of these cases.
   */
  static async open(path: string, options: LocalStoreOptions & LocalStoreParts = {}): Promise<LocalStore> {
    const {
      clock = systemClock,
      signal,
      openClient = openLocalClient,
      boot = hostBoot(),
      watchFile = watchOnDisk,
    } = options
    assertPath(path)
    const capabilities = localCapabilities(options)
    signal?.throwIfAborted()
    const real = await LocalFile.prepare(path)
    const { requestTimeoutMs } = capabilities
    const client = await openClient(real, requestTimeoutMs)
    const ledger = new LocalLedger({ client, file: LocalFile.opened(real), clock, boot, requestTimeoutMs })
    try {
      await ledger.open(signal)
      const watch = new LocalWatch({ ledger, clock, path: real, watchFile })
      return new LocalStore(ledger, client.pulses, watch, clock, capabilities)
    } catch (error) {
      await ledger.close()
      throw error
    }
  }

  async openSession({ ttlMs, signal }: SessionOptions): Promise<Session> {
    assertTtl(ttlMs, this.capabilities)
    signal?.throwIfAborted()
    this.#assertOpen()
    const { requestTimeoutMs } = this.capabilities
    const opening = openLocalSession({
      ledger: this.#ledger,
      pulses: this.#pulses,
      clock: this.#clock,
      ttlMs: Math.ceil(ttlMs),
      requestTimeoutMs,
    }).then((session) => {
      this.#sessions.add(session)
      session.ended.addEventListener('abort', () => this.#sessions.delete(session), { once: true })
      return session
    })
    return abortable(opening, signal, (session) => {
      session.close().catch(() => undefined) // it ends by its TTL
    })
  }

  async get(key: string, { signal }: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(key)
    return this.#read((snapshot) => readEntry(snapshot, key), signal)
  }

  async list(prefix: string, { signal }: Cancellable = {}): Promise<Entry[]> {
    assertKey(prefix, 'prefix')
    return this.#read((snapshot) => entriesBeneath(snapshot, prefix), signal)
  }

  async predecessor(entry: Entry, { signal }: Cancellable = {}): Promise<Entry | undefined> {
    assertKey(entry.key)
    const older = ranges.older(prefixOf(entry.key), Number(entry.createRevision))
    const read = (snapshot: Snapshot) => {
      assertLives(entry, readEntry(snapshot, entry.key))
      return entriesIn(snapshot, older)[0]
    }
    return this.#read(read, signal)
  }

  async put(key: string, value: Uint8Array, { guard, signal }: WriteOptions = {}): Promise<Entry> {
    assertKey(key)
    assertSize(value)
    this.#assertOpen()
    return this.#ledger.write((draft) => draft.put(key, value, guard), { signal })
  }

  async delete(key: string, { guard, signal }: WriteOptions = {}): Promise<boolean> {
    assertKey(key)
    this.#assertOpen()
    return this.#ledger.write((draft) => draft.delete(key, guard), { signal })
  }

  watch(key: string, options: Cancellable = {}): AsyncIterable<Entry | undefined> {
    assertKey(key)
    const concerns = (changed: string) => changed === key
    const same = (a: Entry | undefined, b: Entry | undefined) => a?.modRevision === b?.modRevision
    return this.#follow({ concerns, same, read: (snapshot) => readEntry(snapshot, key) }, options)
  }

  watchPrefix(prefix: string, options: Cancellable = {}): AsyncIterable<Entry[]> {
    assertKey(prefix, 'prefix')
    const concerns = (changed: string) => prefixOf(changed) === prefix
    const same = (a: Entry[], b: Entry[]) =>
      a.length === b.length && a.every((entry, i) => entry.modRevision === b[i]?.modRevision)
    return this.#follow({ concerns, same, read: (snapshot) => entriesBeneath(snapshot, prefix) }, options)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #read<T>(look: (snapshot: Snapshot) => T, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted()
    this.#assertOpen()
    return abortable(this.#ledger.read(look, signal), signal)
  }

  #follow<T>(followed: Followed<T>, { signal }: Cancellable): AsyncIterable<T> {
    return stateIterable<T>((sink) => {
      const over = this.#closing ? closedError() : (this.#ledger.failed.reason as ConsensusError | undefined)
      if (over) {
        sink.fail(over)
        return () => {}
      }
      let last: { state: T } | undefined
      const look = (snapshot: Snapshot) => {
        const state = followed.read(snapshot)
        if (last && followed.same(last.state, state)) return
        last = { state }
        sink.push(state)
      }
      this.#sinks.add(sink)
      const remove = this.#watch.add({ concerns: followed.concerns, look })
      return () => {
        this.#sinks.delete(sink)
        remove()
      }
    }, signal)
  }

  #assertOpen(): void {
    if (this.#closing) throw closedError()
  }

  /** The file is not ours any more: so are no sessions. */
  #lose(reason: ConsensusError): void {
    for (const sink of [...this.#sinks]) sink.fail(reason)
    for (const session of [...this.#sessions]) {
      const lost = new ConsensusError('SESSION_LOST', `session ${session.id} is lost: ${reason.message}`, {
        cause: reason,
      })
      session.closeWith(lost).catch(() => undefined)
    }
  }

  async #close(): Promise<void> {
    const reason = closedError()
    for (const sink of [...this.#sinks]) sink.fail(reason)
    await Promise.allSettled([...this.#sessions].map((session) => session.closeWith(reason)))
    const timeoutMs = this.capabilities.requestTimeoutMs
    // A write that waits for the lock of a stopped process keeps LMDB open until it gets it.
    const onTimeout = () => new Error('still writing')
    await withDeadline({ clock: this.#clock, timeoutMs, onTimeout }, () => this.#ledger.close()).catch(() => undefined)
  }
}

interface Followed<T> {
  concerns: (key: string) => boolean
  same: (a: T, b: T) => boolean
  read: (snapshot: Snapshot) => T
}

function closedError(): ConsensusError {
  return new ConsensusError('STORE_CLOSED', 'the store is closed')
}
