import { ConsensusError, type Entry, isConsensusError, type WriteOptions } from '@eldest/core'
import type { Requests } from '@eldest/core/adapter'
import type { ICompare, ITxnRequest, ITxnResponse } from 'etcd3'
import { assertSize } from './etcd-capabilities.js'
import type { Doing } from './etcd-errors.js'
import type { EtcdHost } from './etcd-host.js'
import { type EtcdSpace, leaseOf } from './etcd-space.js'

/** The transactions of a store, each one atomic step at the server. */
export class EtcdWrites {
  readonly #requests: Requests<EtcdHost>
  readonly #space: EtcdSpace

  constructor(requests: Requests<EtcdHost>, space: EtcdSpace) {
    this.#requests = requests
    this.#space = space
  }

  /** Creates a key under a session, or gives the entry that the session has created there before. */
  async create(key: string, value: Uint8Array, session: string): Promise<Entry> {
    assertSize(value)
    const doing = this.#doing('create', key)
    const name = this.#space.key(key)
    const answer = await this.#requests.idempotent(doing.what, {}, (host, signal) =>
      this.#send(host, signal, doing, {
        compare: [createdAt(name, 0n)],
        success: [{ request_put: { key: name, value: asBuffer(value), lease: leaseOf(session) } }],
        failure: [{ request_range: { key: name } }],
      }),
    )
    if (answer.succeeded) {
      const revision = BigInt(answer.header.revision)
      return { key, value: new Uint8Array(value), createRevision: revision, modRevision: revision, session }
    }
    const [kv] = answer.responses[0]!.response_range.kvs
    const entry = this.#space.entry(kv!)
    if (entry.session === session) return entry
    throw new ConsensusError('KEY_EXISTS', `${key} is held by ${entry.session ? `session ${entry.session}` : 'nobody'}`)
  }

  async put(key: string, value: Uint8Array, options: WriteOptions): Promise<Entry> {
    const doing = this.#doing('write', key)
    const name = this.#space.key(key)
    const put = { key: name, value: asBuffer(value) }
    const read = { request_range: { key: name, keys_only: true } } // the owner, in the same step
    const answer = await this.#write(doing, options, {
      compare: [present(name)],
      // A plain put would take the key from its session and make it immortal; this one needs a key that is there.
      success: [{ request_put: { ...put, ignore_lease: true } }, read],
      failure: [{ request_put: put }, read],
    })
    return this.#space.entry(answer.responses[1]!.response_range.kvs[0]!, value)
  }

  async delete(key: string, options: WriteOptions): Promise<boolean> {
    const doing = this.#doing('delete', key)
    const name = this.#space.key(key)
    const success = [{ request_delete_range: { key: name } }]
    const answer = await this.#write(doing, options, { compare: [present(name)], success })
    return answer.succeeded
  }

  /** Deletes this very entry and no other; one that is gone is no error. */
  async remove(entry: Entry): Promise<void> {
    try {
      await this.delete(entry.key, { guard: entry })
    } catch (error) {
      if (!isConsensusError(error, 'GUARD_FAILED')) throw error
    }
  }

  /** One transaction, or that within another one which holds the guard. */
  async #write(doing: Doing, { guard, signal }: WriteOptions, request: ITxnRequest): Promise<ITxnResponse> {
    const guarded = guard && {
      compare: [createdAt(this.#space.key(guard.key), guard.createRevision)],
      success: [{ request_txn: request }],
    }
    const answer = await this.#requests.once(doing.what, { signal }, (host, signal) =>
      this.#send(host, signal, doing, guarded ?? request),
    )
    if (!guard) return answer
    if (answer.succeeded) return answer.responses[0]!.response_txn
    const { key, createRevision } = guard
    throw new ConsensusError('GUARD_FAILED', `could not ${doing.what}: ${key} of revision ${createRevision} is gone`)
  }

  #send(host: EtcdHost, signal: AbortSignal, doing: Doing, request: ITxnRequest): Promise<ITxnResponse> {
    return host.request(doing, signal, (client, sending) => client.txn(request, sending))
  }

  #doing(verb: string, key: string): Doing {
    return { what: `${verb} ${key}`, right: rightOn('readwrite', this.#space.nameOf(key)) }
  }
}

/** What an administrator would grant, for messages. */
export function rightOn(right: 'read' | 'readwrite', name: string): string {
  return `${right} on ${JSON.stringify(name)}`
}

function createdAt(key: Buffer, revision: bigint): ICompare {
  return { key, target: 'Create', result: 'Equal', create_revision: revision.toString() }
}

function present(key: Buffer): ICompare {
  return { key, target: 'Create', result: 'Greater', create_revision: 0 }
}

/** A view, not a copy: it is serialized at once. */
function asBuffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}
