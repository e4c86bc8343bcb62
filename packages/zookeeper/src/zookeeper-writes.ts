import { ConsensusError, type Entry, isConsensusError, type WriteOptions } from '@eldest/core'
import type { Requests } from '@eldest/core/adapter'
import type { Stat } from 'node-zookeeper-client'
import type { ZooKeeperBase } from './zookeeper-base.js'
import type { Step, StepError, ZooKeeperClient } from './zookeeper-client.js'
import { BAD_VERSION, codeOf, CONNECTION_LOSS, NO_NODE } from './zookeeper-errors.js'
import { makeFolder } from './zookeeper-folders.js'
import type { ZooKeeperReads } from './zookeeper-reads.js'
import type { ZooKeeperSpace } from './zookeeper-space.js'

/** What a transaction did; `undefined`: nothing, as what it rested on has changed meanwhile. */
type Done = { stat?: Stat | undefined } | undefined

/** One attempt at a write: `undefined` if it has to begin anew. */
type Attempt<T> = (client: ZooKeeperClient, commit: (steps: Step[]) => Promise<Done>) => Promise<T | undefined>

/** The writes of a store that belong to no session: each one transaction on what was read just before. */
export class ZooKeeperWrites {
  readonly #requests: Requests<unknown>
  readonly #base: ZooKeeperBase
  readonly #reads: ZooKeeperReads
  readonly #space: ZooKeeperSpace

  constructor(requests: Requests<unknown>, base: ZooKeeperBase, reads: ZooKeeperReads, space: ZooKeeperSpace) {
    this.#requests = requests
    this.#base = base
    this.#reads = reads
    this.#space = space
  }

  put(key: string, value: Uint8Array, options: WriteOptions): Promise<Entry> {
    return this.#write(`write ${key}`, options, async (client, commit) => {
      const { path, session, createRevision, version } = await this.#target(key, options, client)
      if (version === undefined) {
        await unwritten(makeFolder(client, path))
        return undefined
      }
      const data = session === undefined ? this.#space.unowned(value, createRevision) : Buffer.from(value)
      const done = await commit([{ type: 'set', path, data, version }])
      if (!done) return undefined
      const modRevision = done.stat!.mzxid.readBigInt64BE()
      const written = { key, value: new Uint8Array(value), modRevision, session }
      return this.#space.place({ ...written, createRevision: createRevision ?? modRevision }, path)
    })
  }

  delete(key: string, options: WriteOptions): Promise<boolean> {
    return this.#write(`delete ${key}`, options, async (client, commit) => {
      const { path, session, createRevision, version } = await this.#target(key, options, client)
      if (createRevision === undefined || version === undefined) return (await commit([])) && false
      const step: Step =
        session === undefined
          ? { type: 'set', path, data: this.#space.deleted, version }
          : { type: 'remove', path, version }
      return (await commit([step])) && true
    })
  }

  /** Deletes this very entry and no other; one that is gone is no error. */
  async remove(entry: Entry): Promise<void> {
    try {
      await this.delete(entry.key, { guard: entry })
    } catch (error) {
      if (!isConsensusError(error, 'GUARD_FAILED')) throw error
    }
  }

  #write<T>(what: string, options: WriteOptions, attempt: Attempt<T>): Promise<T> {
    const doing = { what, right: `CREATE and READ on ${this.#space.root}, and all permissions on what lies beneath it` }
    return this.#requests.once(what, options, (_, signal) =>
      this.#base.send(doing, signal, async (client) => {
        for (;;) {
          signal.throwIfAborted()
          const outcome = await attempt(client, (steps) => this.#commit(what, options, client, steps))
          if (outcome !== undefined) return outcome
        }
      }),
    )
  }

  async #commit(what: string, { guard }: WriteOptions, client: ZooKeeperClient, steps: Step[]): Promise<Done> {
    const failed = () =>
      new ConsensusError(
        'GUARD_FAILED',
        `could not ${what}: ${guard!.key} of revision ${guard!.createRevision} is gone`,
      )
    const checks: Step[] = []
    // The name of an owned entry is never used again: that there is its node is enough.
    const place = guard?.session === undefined ? undefined : this.#space.placeOf(guard)
    if (place !== undefined) checks.push({ type: 'check', path: place, version: -1 })
    else if (guard) {
      const found = await unwritten(this.#reads.find(guard.key)(client))
      if (found?.entry?.createRevision !== guard.createRevision) throw failed()
      checks.push({ type: 'check', path: found.path, version: found.owned ? -1 : found.version })
    }
    if (checks.length + steps.length === 0) return {}
    try {
      return { stat: await client.transact([...checks, ...steps]) }
    } catch (error) {
      const { failedStep } = error as StepError
      const code = codeOf(error)
      if (failedStep === undefined || (code !== NO_NODE && code !== BAD_VERSION)) throw error
      if (place !== undefined && failedStep === 0) throw failed()
      return undefined
    }
  }

  /** What a write goes to. An owned entry that guards the write to itself need not be read. */
  async #target(key: string, { guard }: WriteOptions, client: ZooKeeperClient): Promise<Target> {
    const place = guard?.key === key && guard.session !== undefined ? this.#space.placeOf(guard) : undefined
    if (place !== undefined) return { path: place, version: -1, ...guard! }
    const found = await unwritten(this.#reads.find(key)(client))
    if (!found) return { path: this.#space.path(key), version: undefined }
    return { path: found.path, version: found.owned ? -1 : found.version, ...found.entry }
  }
}

/** A node to write to, and what is known of the entry in it. */
interface Target {
  path: string
  /** That the write rests on; −1: any; `undefined`: there is no node. */
  version: number | undefined
  session?: string | undefined
  /** `undefined`: there is no entry. */
  createRevision?: bigint
}

/** What comes before a write: a connection that is lost then leaves no doubt. */
async function unwritten<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) !== CONNECTION_LOSS) throw error
    throw new ConsensusError('UNAVAILABLE', 'the connection was lost before anything was written', { cause: error })
  }
}
