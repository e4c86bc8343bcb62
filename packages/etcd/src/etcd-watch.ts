import { type Clock, ConsensusError } from '@eldest/core'
import { onAbort } from '@eldest/core/adapter'
import type { IWatchResponse } from 'etcd3'
import { STALE_TOKEN } from './etcd-call.js'
import type { WatchStream } from './etcd-client.js'
import { etcdError } from './etcd-errors.js'
import type { KeyRange } from './etcd-space.js'

export type EtcdEvents = IWatchResponse['events']

/** What {@link follow} follows. */
export interface Following {
  clock: Clock
  stream: WatchStream
  range: KeyRange
  /** The first revision whose changes are not known yet. */
  startRevision: bigint
  /** A member that hangs does not even begin: that long it has to. */
  timeoutMs: number
  signal: AbortSignal
  /** The right that it needs, for an error. */
  right: string
  /** Gets all changes of one or more revisions, in order. */
  onEvents: (events: EtcdEvents) => void
}

/** Follows the changes in a range of keys until the stream fails, or the signal aborts: it always rejects. */
export function follow(following: Following): Promise<never> {
  const { clock, stream, range, startRevision, timeoutMs, signal, right, onEvents } = following
  return new Promise<never>((_, reject) => {
    let over = false
    const fail = (error: unknown) => {
      over = true
      cancelTimer()
      unlink()
      stream.cancel()
      reject(etcdError(error, { what: `watch ${range.key.toString()}`, right }))
    }
    const cancelTimer = clock.setTimeout(
      () => fail(new ConsensusError('OUTCOME_UNKNOWN', `the watch did not begin within ${timeoutMs} ms`)),
      timeoutMs,
    )
    let unlink = () => {}
    stream.on('error', fail) // stays on: cancelling is an error, too
    stream.on('end', () => fail(new ConsensusError('OUTCOME_UNKNOWN', 'the server has ended the watch')))
    stream.on('data', (response) => {
      if (over) return // what has arrived already must not come after what the next watch shows
      if (response.created) cancelTimer()
      if (response.canceled)
        fail(reasonOf(response)) // a refusal is `created`, too
      else if (response.events.length > 0) onEvents(response.events)
    })
    unlink = onAbort(signal, fail)
    stream.write({ create_request: { ...range, start_revision: startRevision.toString() } })
  })
}

/** In the form of the client's own errors. */
function reasonOf({ cancel_reason, compact_revision }: IWatchResponse): Error {
  if (compact_revision !== '0') return new ConsensusError('UNAVAILABLE', 'the changes since were compacted')
  if (/invalid auth token|revision of auth store is old/.test(cancel_reason)) return new Error(STALE_TOKEN)
  return new Error(cancel_reason)
}
