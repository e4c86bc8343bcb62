import {
  type Cancellable,
  ConsensusError,
  type Entry,
  isConsensusError,
  type Session,
  type SessionOptions,
  type WriteOptions,
} from '@eldest/core'
import { MemoryLink, MemoryStore } from '@eldest/core/memory'
import type { MemoryClient } from '../../src/memory-harness.js'
import { type Mutant, store } from './mutant.js'

class WrappedReason extends MemoryStore {
  override async get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    return super.get(key, options).catch((error: unknown) => {
      if (options.signal?.aborted) throw new Error('aborted', { cause: error })
      throw error
    })
  }
}

class AbortSeenTooLate extends MemoryStore {
  override async put(key: string, value: Uint8Array, { guard, signal }: WriteOptions = {}): Promise<Entry> {
    const entry = await super.put(key, value, { guard })
    signal?.throwIfAborted()
    return entry
  }
}

class ListenerLeft extends MemoryStore {
  override async get(key: string, options: Cancellable = {}): Promise<Entry | undefined> {
    options.signal?.addEventListener('abort', () => {})
    return super.get(key, options)
  }
}

class KeysUnchecked extends MemoryStore {
  override async get(key: string, options?: Cancellable): Promise<Entry | undefined> {
    return super.get(key, options).catch((error: unknown) => {
      if (error instanceof RangeError) return undefined
      throw error
    })
  }
}

class HangsWhenCut extends MemoryLink {
  override request<T>(operation: () => T, write: boolean): Promise<T> {
    return this.connected ? super.request(operation, write) : new Promise(() => {})
  }
}

class WritesAndSaysUnavailable extends MemoryLink {
  override async request<T>(operation: () => T, write: boolean): Promise<T> {
    if (!this.connected) operation()
    return super.request(operation, write)
  }
}

class LostAnswerIsUnavailable extends MemoryLink {
  override async request<T>(operation: () => T, write: boolean): Promise<T> {
    return super.request(operation, write).catch((error: unknown) => {
      throw isConsensusError(error, 'OUTCOME_UNKNOWN') ? new ConsensusError('UNAVAILABLE', error.message) : error
    })
  }
}

class LeaksHandle extends MemoryStore {
  override async close(): Promise<void> {
    setTimeout(() => {}, 3000)
    return super.close()
  }
}

class SessionsOutliveClose extends MemoryStore {
  readonly #client: MemoryClient

  constructor(client: MemoryClient) {
    super(client)
    this.#client = client
  }

  override openSession(options: SessionOptions): Promise<Session> {
    return new MemoryStore(this.#client).openSession(options)
  }
}

class AnswersAfterClose extends MemoryStore {
  override async list(prefix: string, options?: Cancellable): Promise<Entry[]> {
    return super.list(prefix, options).catch((error: unknown) => {
      if (isConsensusError(error, 'STORE_CLOSED')) return []
      throw error
    })
  }
}

class FloatingPromise extends MemoryStore {
  override async get(key: string, options?: Cancellable): Promise<Entry | undefined> {
    const answer = super.get(key, options)
    answer.then(() => {}) // eslint-disable-line @typescript-eslint/no-floating-promises -- what is wrong with it
    return answer
  }
}

function link(name: string, Broken: typeof MemoryLink, ...caughtBy: string[]): Mutant {
  return { name, caughtBy, parts: () => ({ createLink: () => new Broken() }) }
}

const beforeIo = 'an aborted signal rejects with its reason, untouched, before any I/O'
const underWay = 'an abort while a call is under way rejects with its reason, untouched'
const unwritten = 'an aborted signal leaves everything unwritten'
const noListener = 'a call that is over leaves no listener on its signal'
const malformed = 'a malformed key, prefix or name is a RangeError, and what is no string a TypeError, before any I/O'
const bounded = 'every call settles within the request timeout while the connection is cut, as UNAVAILABLE or in doubt'
const unavailable = 'a write that is UNAVAILABLE did not happen'
const lostAnswer = 'a write whose answer is lost never claims that it did not happen'
const noHandle = 'no handle keeps the process alive after close'
const closed = 'every call is STORE_CLOSED after close'
const closesSessions = 'close ends every session of the store, and none of another client'
const granted = 'a session that is granted while the store closes is ended'
const noRejection = 'no rejection is unhandled, whatever fails'

export const faultMutants: Mutant[] = [
  store('wraps the reason of an abort', WrappedReason, beforeIo, underWay),
  store('looks at the signal after the write', AbortSeenTooLate, beforeIo, unwritten),
  store('leaves a listener on the signal', ListenerLeft, noListener),
  store('does not check keys', KeysUnchecked, malformed),
  link('hangs while the connection is cut', HangsWhenCut, bounded),
  link('writes and says UNAVAILABLE', WritesAndSaysUnavailable, unavailable),
  link('says UNAVAILABLE when the answer is lost', LostAnswerIsUnavailable, lostAnswer),
  store('leaks a handle at close', LeaksHandle, noHandle),
  store('forgets its sessions at close', SessionsOutliveClose, closesSessions, granted, noHandle),
  store('answers after close', AnswersAfterClose, closed),
  store('forgets a promise', FloatingPromise, noRejection),
]
