import { connect } from 'node:net'
import {
  type Adapter,
  type Cancellable,
  ConsensusError,
  type ConsensusStore,
  type Entry,
  type SessionOptions,
  systemClock as clock,
  type WriteOptions,
} from '@eldest/core'
import * as blocks from '@eldest/core/adapter'
import { fromAnswer, fromWire, type Question, toWire, type WireEntry } from './tiny-server.js'

const MAX_VALUE_BYTES = 4096
const requestTimeoutMs = 1000

/** Asks one question over a connection of its own. */
function ask({ host, port }: blocks.Host, question: Question, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host)
    let sent = false
    let text = ''
    const stop = () => socket.destroy()
    signal.addEventListener('abort', stop)
    socket.on('connect', () => {
      sent = true
      socket.write(JSON.stringify(question) + '\n')
    })
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      signal.removeEventListener('abort', stop)
      if (text.endsWith('\n')) Promise.resolve(text).then(fromAnswer).then(resolve, reject)
      else reject(new ConsensusError(sent ? 'OUTCOME_UNKNOWN' : 'UNAVAILABLE', `no answer to ${question.ask}`))
    })
  })
}

/** A store that is reached over TCP and shows what a change is by asking again. */
class TinyStore implements ConsensusStore {
  readonly capabilities = {
    minTtlMs: 500, // a session of less is over before a busy machine has closed it
    maxTtlMs: 24 * 3_600_000,
    ttlGranularityMs: 1,
    worstCaseExpiryMs: (ttlMs: number) => ttlMs + 100,
    maxValueBytes: MAX_VALUE_BYTES,
    requestTimeoutMs,
    singleHost: true,
  }
  readonly #life = new blocks.StoreLife({ clock })
  readonly #requests: blocks.Requests<blocks.Host>

  constructor(hosts: readonly blocks.Host[]) {
    this.#requests = new blocks.Requests({ clock, hosts, requestTimeoutMs })
  }

  async openSession({ ttlMs, signal }: SessionOptions) {
    blocks.assertTtl(ttlMs, this.capabilities)
    const id = blocks.freshName()
    const backend: blocks.SessionBackend = {
      renew: async (stopped) => {
        const sentMs = clock.now()
        await this.#write({ ask: 'renewSession', session: id }, { signal: stopped })
        return sentMs
      },
      create: async (key, value) => this.#entry({ ask: 'create', session: id, key, value: encoded(value) }),
      remove: ({ key, ...entry }) => this.#write({ ask: 'delete', key, guard: toWire({ key, ...entry }) }),
      end: async () => {
        await this.#write({ ask: 'endSession', session: id })
      },
    }
    return this.#life.openSession(signal, async () => {
      const heldSinceMs = clock.now()
      await this.#write({ ask: 'openSession', session: id, ttlMs })
      return new blocks.KeptSession({ clock, id, ttlMs, heldSinceMs, requestTimeoutMs, backend })
    })
  }

  async get(key: string, options?: Cancellable) {
    blocks.assertKey(key)
    return fromWire(await this.#read<WireEntry | undefined>({ ask: 'get', key }, options))
  }

  async list(prefix: string, options?: Cancellable) {
    blocks.assertKey(prefix, 'prefix')
    const wires = await this.#read<WireEntry[]>({ ask: 'list', key: prefix }, options)
    return wires.map((wire) => fromWire(wire)!)
  }

  async predecessor(entry: Entry, options?: Cancellable) {
    blocks.assertKey(entry.key)
    return blocks.predecessorIn(await this.list(blocks.prefixOf(entry.key), options), entry)
  }

  async put(key: string, value: Uint8Array, { guard, signal }: WriteOptions = {}) {
    blocks.assertKey(key)
    return this.#entry({ ask: 'put', key, value: encoded(value), guard: toWire(guard) }, { signal })
  }

  async delete(key: string, { guard, signal }: WriteOptions = {}) {
    blocks.assertKey(key)
    return (await this.#write({ ask: 'delete', key, guard: toWire(guard) }, { signal })) as boolean
  }

  watch(key: string, options?: Cancellable) {
    blocks.assertKey(key)
    return this.#watch((signal) => this.get(key, { signal }), options)
  }

  watchPrefix(prefix: string, options?: Cancellable) {
    blocks.assertKey(prefix, 'prefix')
    return this.#watch((signal) => this.list(prefix, { signal }), options)
  }

  close() {
    return this.#life.close(() => undefined)
  }

  [Symbol.asyncDispose]() {
    return this.close()
  }

  async #entry(question: Question, options?: Cancellable): Promise<Entry> {
    return fromWire((await this.#write(question, options)) as WireEntry)!
  }

  async #write(question: Question, options: Cancellable = {}): Promise<unknown> {
    options.signal?.throwIfAborted()
    if (question.ask === 'put' || question.ask === 'delete') this.#life.assertOpen()
    return this.#requests.once(question.ask, options, (host, signal) => ask(host, question, signal))
  }

  async #read<T>(question: Question, options: Cancellable = {}): Promise<T> {
    options.signal?.throwIfAborted()
    this.#life.assertOpen()
    return (await this.#requests.idempotent(question.ask, options, (host, signal) => ask(host, question, signal))) as T
  }

  #watch<T>(read: (signal: AbortSignal) => Promise<T>, { signal }: Cancellable = {}): AsyncIterable<T> {
    const same = (a: T, b: T) => shape(a) === shape(b)
    const feed = async (stopped: AbortSignal, show: (state: T) => void) => {
      for (;;) {
        show(await read(stopped))
        await blocks.sleep(clock, 10, stopped)
      }
    }
    return this.#life.watch({ signal, same, feed })
  }
}

function encoded(value: Uint8Array): string {
  if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
  if (value.length > MAX_VALUE_BYTES) throw new ConsensusError('VALUE_TOO_LARGE', `value of ${value.length} bytes`)
  return Buffer.from(value).toString('base64')
}

/** All that tells two states of one key apart. */
function shape(state: unknown): string {
  const entries = [state].flat() as (Entry | undefined)[]
  return entries.map((entry) => `${entry?.key} ${entry?.modRevision}`).join()
}

export const adapter: Adapter = {
  schemes: ['tiny'],
  async connect(url) {
    const { hosts, user, password } = blocks.parseStoreUrl(url, {
      schemes: ['tiny'],
      defaultPort: 1,
      parameters: ['colour'],
    })
    if (user !== 'ada' || password !== 'p@ss') throw new ConsensusError('ACCESS_DENIED', 'who are you?')
    return new TinyStore(hosts)
  },
}
