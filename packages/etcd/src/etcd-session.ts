import { randomBytes } from 'node:crypto'
import { type Clock, ConsensusError, type Entry, isConsensusError } from '@eldest/core'
import { KeptSession, type Requests } from '@eldest/core/adapter'
import type { EtcdHost } from './etcd-host.js'
import { leaseOf, sessionId } from './etcd-space.js'
import type { EtcdReads } from './etcd-reads.js'
import type { EtcdWrites } from './etcd-writes.js'

/** What a session is opened with. */
export interface EtcdSessionOptions {
  requests: Requests<EtcdHost>
  reads: EtcdReads
  writes: EtcdWrites
  clock: Clock
  ttlMs: number
  requestTimeoutMs: number
  /** Gives up the opening. */
  signal: AbortSignal
}

/**
 * Grants a lease and keeps it.
 *
 * The rule by which a renewal counts, from its sending: its answer, and a linearizable read that began after the
 * answer, came with the same `raft_term`. An acknowledgement alone proves nothing: a leader that has lost its quorum
 * goes on acknowledging while a new one, which knows nothing of it, counts down. Why the rule holds:
 *
 * 1. `raft_term` is the term of the last entry that the answering member has *applied*; of a renewal it is read before
 *    the renewal is done (etcd `apply`, `setTerm`; `v3rpc/lease.go`). So a leader of that term, T, was elected before,
 *    and the member knew it: whoever renewed the lease leads T or a later term.
 * 2. The read was confirmed by a quorum of heartbeats, later than the answer, to a leader whose term is at most the T
 *    that the read came with, and not less, since T had its majority before: so a quorum still stood in T then.
 * 3. Whoever is elected in a later term needs one of that quorum, hence was elected after the renewal; and a new leader
 *    gives every lease its whole TTL again.
 */
export async function openEtcdSession(options: EtcdSessionOptions): Promise<KeptSession> {
  const { requests, reads, writes, clock, requestTimeoutMs } = options
  const lease = (randomBytes(8).readBigUInt64BE() >> 1n || 1n).toString()
  const id = sessionId(lease)
  const heldSinceMs = clock.now()
  const grantedSeconds = await grant(options, lease)

  const renew = async (host: EtcdHost, signal: AbortSignal) => {
    for (;;) {
      const { sentMs, ttl, term } = await host.keepAlive(lease, signal)
      if (ttl <= 0) throw new ConsensusError('SESSION_LOST', `session ${id} is gone at the store`)
      if ((await reads.term(`confirm the renewal of session ${id}`, host, signal)) === term) return sentMs
      signal.throwIfAborted() // the leader has changed in between: what it had acknowledged may be forgotten
    }
  }
  return new KeptSession({
    clock,
    id,
    ttlMs: grantedSeconds * 1000,
    heldSinceMs,
    requestTimeoutMs,
    backend: {
      async renew(signal) {
        const host = requests.preferred
        try {
          return await renew(host, signal)
        } catch (error) {
          if (isConsensusError(error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN')) requests.avoid(host)
          throw error
        }
      },
      create: (key, value) => writes.create(key, value, id),
      remove: (entry: Entry) => writes.remove(entry),
      end: () => revoke(requests, lease, id),
    },
  })
}

/** The id is ours, so that a grant whose answer is lost can be told from none. Returns the seconds that were granted. */
function grant({ requests, ttlMs, signal }: EtcdSessionOptions, ID: string): Promise<number> {
  const doing = { what: 'open a session' }
  return requests.idempotent(doing.what, { signal }, async (host, signal) => {
    const request = { TTL: Math.ceil(ttlMs / 1000), ID }
    try {
      return Number((await host.request(doing, signal, (client, sending) => client.grant(request, sending))).TTL)
    } catch (error) {
      // Nobody else draws the same 63 bits: an earlier attempt has been granted after all.
      if (!isConsensusError(error, 'KEY_EXISTS')) throw error
      const { grantedTTL } = await host.request(doing, signal, (client, sending) => client.timeToLive(ID, sending))
      return Number(grantedTTL)
    }
  })
}

async function revoke(requests: Requests<EtcdHost>, lease: string, id: string): Promise<void> {
  const doing = { what: `end session ${id}`, right: 'write on every key of the session' }
  try {
    await requests.idempotent(doing.what, {}, (host, signal) =>
      host.request(doing, signal, (client, sending) => client.revoke(lease, sending)),
    )
  } catch (error) {
    if (!isConsensusError(error, 'SESSION_LOST')) throw error // it is gone already
  }
}

/** Ends a session of whoever it is. Errors: `RangeError` for what is no session's id. */
export function endSession(requests: Requests<EtcdHost>, id: string): Promise<void> {
  if (!/^[0-9a-f]{1,16}$/.test(id))
    throw new RangeError(`session ${JSON.stringify(id)} must be 1 to 16 hexadecimal digits`)
  return revoke(requests, leaseOf(id), id)
}
