import { type Clock, ConsensusError, isConsensusError } from '@eldest/core'
import { KeptSession, type Requests } from '@eldest/core/adapter'
import { isGone } from './consul-errors.js'
import type { ConsulHost } from './consul-host.js'
import type { ConsulWrites } from './consul-writes.js'

/** What a session is opened with. */
export interface ConsulSessionOptions {
  requests: Requests<ConsulHost>
  writes: ConsulWrites
  clock: Clock
  ttlMs: number
  requestTimeoutMs: number
  /** Gives up the opening. */
  signal: AbortSignal
}

const RIGHT = 'session_prefix "" { policy = "write" }'

/**
 * Creates a session of the server, bound to no health check, and keeps it.
 *
 * The rule by which a renewal counts, from its sending: every one that was acknowledged. The server ends a session
 * twice its TTL after the last renewal that it knows of, and a new leader gives every session twice its TTL anew. A
 * leader that was cut off may still acknowledge for as long as its lease of the leadership, which is over before the
 * next one begins (raft's leader lease is shorter than its election timeout); so one TTL is left as a margin.
 */
export async function openConsulSession(options: ConsulSessionOptions): Promise<KeptSession> {
  const { requests, writes, clock, ttlMs, requestTimeoutMs, signal } = options
  const opening = { what: 'open a session', right: RIGHT }
  let heldSinceMs = 0
  // Where the answer is lost a session stays that nobody uses, and ends after twice its TTL.
  const id = await requests.idempotent(opening.what, { signal }, (host, signal) => {
    heldSinceMs = clock.now()
    return host.request(opening, signal, (client, sending) => client.createSession(ttlMs, sending))
  })
  const lost = () => new ConsensusError('SESSION_LOST', `session ${id} is gone at the store`)
  const renewing = { what: `renew session ${id}`, right: RIGHT }
  return new KeptSession({
    clock,
    id,
    ttlMs,
    heldSinceMs,
    requestTimeoutMs,
    backend: {
      renew: (signal) =>
        requests.once(renewing.what, { signal }, async (host, signal) => {
          const sentMs = clock.now()
          await host.request(renewing, signal, async (client, sending) => {
            try {
              await client.renewSession(id, sending)
            } catch (error) {
              throw isGone(error) ? lost() : error
            }
          })
          return sentMs
        }),
      create: (key, value) => writes.create(key, value, id),
      remove: (entry) => writes.remove(entry),
      end: () => destroySession(requests, id),
    },
  })
}

/** Ends a session of whoever it is, and deletes its keys. */
export async function destroySession(requests: Requests<ConsulHost>, id: string): Promise<void> {
  const doing = { what: `end session ${id}`, right: RIGHT }
  try {
    await requests.idempotent(doing.what, {}, (host, signal) =>
      host.request(doing, signal, (client, sending) => client.destroySession(id, sending)),
    )
  } catch (error) {
    if (!isConsensusError(error, 'SESSION_LOST')) throw error
  }
}
