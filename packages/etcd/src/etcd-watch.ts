import { type Clock, ConsensusError } from '@eldest/core'
import { onAbort } from '@eldest/core/adapter'
import type { IWatchResponse } from 'etcd3'
import { STALE_TOKEN } from './etcd-call.js'
import type { WatchStream } from './etcd-client.js'
import { etcdError, isStaleToken } from './etcd-errors.js'
import type { KeyRange } from './etcd-space.js'

export type EtcdEvents = IWatchResponse['events']

/** What is followed. */
export interface Following {
  range: KeyRange
  /** The first revision whose changes are not known yet. */
  startRevision: bigint
  signal: AbortSignal
  /** The right that it needs, for an error. */
  right: string
  /** Gets all changes of one or more revisions, in order. */
  onEvents: (events: EtcdEvents) => void
}

/** What {@link EtcdWatches} are made of. */
export interface EtcdWatchesOptions {
  clock: Clock
  /** A member that hangs does not even begin a watch: that long it has to. */
  timeoutMs: number
  open: (token: string | undefined) => Promise<WatchStream>
}

/** All watches by way of one member: they share a stream, on which ten thousand cost no more than their own objects. */
export class EtcdWatches {
  readonly #options: EtcdWatchesOptions
  readonly #runs = new Set<WatchRun>()
  #newest: WatchRun | undefined

  constructor(options: EtcdWatchesOptions) {
    this.#options = options
  }

  /**
   * Follows the changes in a range of keys until the stream fails, or the signal aborts: it always rejects. What a
   * stream has begun outlives the token it was opened with; another token has another stream.
   */
  follow(token: string | undefined, following: Following): Promise<never> {
    return this.#runWith(token).follow(following)
  }

  close(reason: unknown): void {
    for (const run of [...this.#runs]) run.end(reason)
  }

  #runWith(token: string | undefined): WatchRun {
    if (this.#newest && !this.#newest.retired && this.#newest.token === token) return this.#newest
    this.#newest?.retire()
    const run: WatchRun = new WatchRun(token, this.#options, () => this.#runs.delete(run))
    this.#runs.add(run)
    return (this.#newest = run)
  }
}

/** One watch of a run. */
interface Watch {
  readonly onEvents: (events: EtcdEvents) => void
  /** Ends it with the client's own error, once. */
  readonly fail: (error: unknown) => void
  /** The member has begun it. */
  readonly begun: () => void
  /** As the member calls it, once it has begun. */
  id: string | undefined
  over: boolean
}

/** One stream, from its opening until its first failure. */
class WatchRun {
  readonly token: string | undefined
  readonly #options: EtcdWatchesOptions
  readonly #stream: Promise<WatchStream>
  readonly #onEnd: () => void
  /** Asked for, in the order in which the member answers (etcd `v3rpc/watch.go`: its control stream is a queue). */
  readonly #asked: Watch[] = []
  readonly #watches = new Map<string, Watch>()
  #retired = false

  constructor(token: string | undefined, options: EtcdWatchesOptions, onEnd: () => void) {
    this.token = token
    this.#options = options
    this.#onEnd = onEnd
    this.#stream = options.open(token)
    this.#stream.then(
      (stream) => this.#listen(stream),
      (error: unknown) => this.end(error),
    )
  }

  /** Takes no further watches. */
  get retired(): boolean {
    return this.#retired
  }

  /** Ends when its last watch has ended. */
  retire(): void {
    this.#retired = true
    this.#endIfIdle()
  }

  async follow({ range, startRevision, signal, right, onEvents }: Following): Promise<never> {
    try {
      const stream = await this.#stream
      signal.throwIfAborted()
      return await new Promise<never>((_, reject) => {
        if (this.#retired) throw new ConsensusError('UNAVAILABLE', 'the stream has ended')
        const begun = this.#options.clock.setTimeout(() => this.end(this.#hangs()), this.#options.timeoutMs)
        const fail = (error: unknown) => {
          watch.over = true
          begun()
          unlink()
          reject(error)
        }
        const watch: Watch = { onEvents, fail, begun, id: undefined, over: false }
        const unlink = onAbort(signal, (reason) => {
          fail(reason)
          this.#leave(stream, watch)
        })
        this.#asked.push(watch)
        stream.write({ create_request: { ...range, start_revision: startRevision.toString() } })
      })
    } catch (error) {
      throw isStaleToken(error) ? error : etcdError(error, { what: `watch ${range.key.toString()}`, right })
    }
  }

  end(error: unknown): void {
    this.#retired = true
    for (const watch of [...this.#asked.splice(0), ...this.#watches.values()]) if (!watch.over) watch.fail(error)
    this.#watches.clear()
    this.#onEnd()
    this.#stream.then(
      (stream) => stream.cancel(),
      () => undefined,
    )
  }

  #listen(stream: WatchStream): void {
    stream.on('error', (error) => this.end(error)) // stays on: cancelling is an error, too
    stream.on('end', () => this.end(new ConsensusError('OUTCOME_UNKNOWN', 'the server has ended the watch')))
    stream.on('data', (response) => {
      const { watch_id: id, created, canceled, events } = response
      if (created) this.#begin(stream, response)
      else if (canceled) this.#forget(id)?.fail(reasonOf(response))
      else if (events.length > 0) this.#watches.get(id)?.onEvents(events)
    })
  }

  /** A refusal is `created`, too. */
  #begin(stream: WatchStream, response: IWatchResponse): void {
    const watch = this.#asked.shift()
    if (!watch) return
    watch.begun()
    if (response.canceled) {
      if (!watch.over) watch.fail(reasonOf(response))
      this.#endIfIdle()
      return
    }
    watch.id = response.watch_id
    this.#watches.set(watch.id, watch)
    if (watch.over) this.#leave(stream, watch)
  }

  /** Nobody waits for it any more. What has not begun yet is left when it does. */
  #leave(stream: WatchStream, { id }: Watch): void {
    if (id === undefined || !this.#forget(id)) return
    stream.write({ cancel_request: { watch_id: id } })
  }

  #forget(id: string): Watch | undefined {
    const watch = this.#watches.get(id)
    this.#watches.delete(id)
    this.#endIfIdle()
    return watch
  }

  #endIfIdle(): void {
    if (!this.#retired || this.#watches.size > 0 || this.#asked.length > 0) return
    // etcd3 takes the failure of a stream, cancelling included, for that of its member, and drops every connection
    // there; not of one that has been ended for writing. Where the member does not answer that is just as well.
    this.#stream.then(
      (stream) => stream.end(),
      () => undefined,
    )
    this.end(new ConsensusError('UNAVAILABLE', 'nobody watches any more'))
  }

  #hangs(): ConsensusError {
    return new ConsensusError('OUTCOME_UNKNOWN', `the watch did not begin within ${this.#options.timeoutMs} ms`)
  }
}

/** In the form of the client's own errors. */
function reasonOf({ cancel_reason, compact_revision }: IWatchResponse): Error {
  if (compact_revision !== '0') return new ConsensusError('UNAVAILABLE', 'the changes since were compacted')
  if (/invalid auth token|revision of auth store is old/.test(cancel_reason)) return new Error(STALE_TOKEN)
  return new Error(cancel_reason)
}
