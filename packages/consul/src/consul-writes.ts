import { ConsensusError, type Entry, isConsensusError, type WriteOptions } from '@eldest/core'
import { assertSize } from './consul-capabilities.js'
import type { Requests } from '@eldest/core/adapter'
import type { ConsulKey, ConsulOperation } from './consul-client.js'
import { ConditionFailed, type Doing } from './consul-errors.js'
import type { ConsulHost } from './consul-host.js'
import type { ConsulReads } from './consul-reads.js'
import type { ConsulSpace } from './consul-space.js'

/** How often a guard may be written by others in the instant between reading it and using it. */
const GUARD_ATTEMPTS = 10

/** The transactions of a store, each one atomic step at the server. */
export class ConsulWrites {
  readonly #requests: Requests<ConsulHost>
  readonly #reads: ConsulReads
  readonly #space: ConsulSpace
  /** Where a guard was last seen to have been written, if not where it says itself. */
  readonly #written = new WeakMap<Entry, bigint>()
  #flags = Math.floor(Math.random() * 2 ** 31)

  constructor(requests: Requests<ConsulHost>, reads: ConsulReads, space: ConsulSpace) {
    this.#requests = requests
    this.#reads = reads
    this.#space = space
  }

  /** Creates a key under a session, or gives the entry that the session has created there before. */
  async create(key: string, value: Uint8Array, session: string): Promise<Entry> {
    assertSize(value)
    const doing = this.#doing('create', key)
    const Key = this.#space.nameOf(key)
    const created = await this.#requests.idempotent(doing.what, {}, async (host, signal) => {
      try {
        const lock = { Verb: 'lock', Key, Value: base64(value), Session: session } as const
        return await this.#send(host, signal, doing, [{ Verb: 'check-not-exists', Key }, lock, { Verb: 'get', Key }])
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error
        return undefined // it exists
      }
    })
    const entry = created ? this.#space.entry(created.at(-1)!) : await this.#reads.read(this.#reads.one(key), {})
    if (entry?.session === session) return entry
    // Gone again in between: nothing was created, and trying again may.
    if (!entry) throw new ConsensusError('UNAVAILABLE', `${key} was held by somebody, who has let it go`)
    throw new ConsensusError('KEY_EXISTS', `${key} is held by ${entry.session ? `session ${entry.session}` : 'nobody'}`)
  }

  async put(key: string, value: Uint8Array, options: WriteOptions): Promise<Entry> {
    const Key = this.#space.nameOf(key)
    // A set of what is there already changes nothing, not even the index, were it not for the flags.
    this.#flags = (this.#flags + 1) % 2 ** 31
    const set = { Verb: 'set', Key, Value: base64(value), Flags: this.#flags } as const
    const results = await this.#write(this.#doing('write', key), options, [set, { Verb: 'get', Key }])
    return this.#space.entry(results!.at(-1)!)
  }

  async delete(key: string, options: WriteOptions): Promise<boolean> {
    const Key = this.#space.nameOf(key)
    // The first fails where there is nothing to delete.
    const steps: ConsulOperation[] = [
      { Verb: 'get', Key },
      { Verb: 'delete', Key },
    ]
    return (await this.#write(this.#doing('delete', key), options, steps)) !== undefined
  }

  /** Deletes this very entry and no other; one that is gone is no error. */
  async remove(entry: Entry): Promise<void> {
    try {
      await this.delete(entry.key, { guard: entry })
    } catch (error) {
      if (!isConsensusError(error, 'GUARD_FAILED')) throw error
    }
  }

  /**
   * Carries out the steps while the guard lives; `undefined` if a step of theirs fails.
   *
   * A transaction can check where a key was last written, not where it was created. So: check that it is still as we
   * know it, in the same step; where it is not, read it again, and go on if it is the same entry.
   */
  async #write(
    doing: Doing,
    { guard, signal }: WriteOptions,
    steps: ConsulOperation[],
  ): Promise<ConsulKey[] | undefined> {
    for (let attempt = 0; attempt < GUARD_ATTEMPTS; attempt++) {
      const check = guard && {
        Verb: 'check-index' as const,
        Key: this.#space.nameOf(guard.key),
        // A number in Consul's JSON. It counts writes from 0 on, hence stays far below 2^53.
        Index: Number(this.#written.get(guard) ?? guard.modRevision),
      }
      try {
        return await this.#requests.once(doing.what, { signal }, (host, signal) =>
          this.#send(host, signal, doing, check ? [check, ...steps] : steps),
        )
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error
        if (!guard || !error.steps.has(0)) return undefined
      }
      const now = await this.#reads.read(this.#reads.one(guard.key), { signal })
      if (now?.createRevision !== guard.createRevision) {
        const { key, createRevision } = guard
        throw new ConsensusError(
          'GUARD_FAILED',
          `could not ${doing.what}: ${key} of revision ${createRevision} is gone`,
        )
      }
      this.#written.set(guard, now.modRevision)
    }
    throw new ConsensusError('UNAVAILABLE', `could not ${doing.what}: its guard is written by others all the time`)
  }

  #send(host: ConsulHost, signal: AbortSignal, doing: Doing, steps: ConsulOperation[]): Promise<ConsulKey[]> {
    return host.request(doing, signal, (client, sending) => client.transact(steps, sending))
  }

  #doing(verb: string, key: string): Doing {
    return { what: `${verb} ${key}`, right: this.#space.right('write') }
  }
}

function base64(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
}
