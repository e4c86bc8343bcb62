import type { Clock, Entry } from '@eldest/core'
import { ConsensusError } from '@eldest/core'
import { KeptSession, type Requests, type SessionBackend } from '@eldest/core/adapter'
import type { Connection } from './connection.js'
import type { Profile } from './profile.js'
import type { Servers, Standpoint } from './servers.js'

/** What a session of the simulated store needs. */
export interface SessionParts {
  readonly id: string
  readonly ttlMs: number
  readonly clock: Clock
  readonly connection: Connection
  readonly requests: Requests<number>
  readonly servers: Servers
  readonly profile: Profile
  /**
   * A creation may take effect when nobody waits for it any more, and the key was deleted already. On a session that
   * lives on, nobody knows of such a key.
   */
  readonly lateCreations: boolean
}

/** Has the servers open a session, and keeps it by the rule of the store's adapter. */
export async function grantSession(parts: SessionParts): Promise<KeptSession> {
  const { id, ttlMs, clock, connection, requests, servers, profile } = parts
  const owner = connection.process.name
  const heldSinceMs = clock.now()
  await requests.idempotent(`open session ${id}`, {}, (server) =>
    connection.send(server, 'quorum', () => servers.openSession({ id, owner, ttlMs })),
  )
  return new KeptSession({
    clock,
    id,
    ttlMs,
    heldSinceMs,
    intervalMs: ttlMs / profile.renewals,
    requestTimeoutMs: profile.capabilities.requestTimeoutMs,
    backend: backendOf(parts, heldSinceMs),
  })
}

function backendOf(parts: SessionParts, openedMs: number): SessionBackend {
  const { id, connection, requests, servers, lateCreations } = parts
  const owner = connection.process.name
  return {
    renew: renewalOf(parts, openedMs),
    create: (key, value) =>
      requests.idempotent(`create ${key}`, {}, (server, waiting) => {
        const create = ({ ledger }: Standpoint) => ledger.createOrdered(id, key, value)
        return connection.send(server, 'quorum', create, lateCreations ? undefined : waiting)
      }),
    remove: (entry: Entry) =>
      requests.once(`delete ${entry.key}`, {}, (server) =>
        connection.send(server, 'quorum', ({ ledger }) => ledger.delete(entry.key, entry, owner)),
      ),
    end: () =>
      requests.idempotent(`end session ${id}`, {}, (server) =>
        connection.send(server, 'quorum', ({ ledger }) => {
          servers.upkeep.ended(id)
          ledger.endSession(id, owner)
        }),
      ),
  }
}

/** Renews once, and says from when on the store now provably keeps the session. */
function renewalOf(parts: SessionParts, openedMs: number): SessionBackend['renew'] {
  const { id, clock, connection, requests, servers, profile } = parts
  let passedOnMs = openedMs
  const answered: { server: number; sentMs: number; atMs: number }[] = []
  const send = (server: number) =>
    connection.send(server, profile.pingMs > 0 ? 'quorum' : 'keep-alive', (at) => {
      servers.renew(id, at)
      return at.term
    })
  return async (signal) => {
    const server = requests.preferred
    const unanswered = () => requests.avoid(server)
    signal.addEventListener('abort', unanswered, { once: true })
    try {
      const sentMs = clock.now()
      const term = await send(server)
      if (profile.rule === 'acknowledged') return sentMs
      if (profile.rule === 'same term') {
        // A leader that was deposed meanwhile acknowledges too; only one with a quorum answers this.
        if ((await connection.send(server, 'quorum', (at) => at.term)) === term) return sentMs
        throw new ConsensusError('OUTCOME_UNKNOWN', `session ${id} was renewed by a leader that is none any more`)
      }
      // A follower passes on within half a tick whom it has heard of. One that answers this had its leader still, who
      // thus knows of every heartbeat that the same follower answered half a tick before this was sent. Not just the
      // last but one: after a stall several are answered at once.
      const known = answered.findLast((each) => each.server === server && each.atMs + profile.pingMs <= sentMs)
      passedOnMs = Math.max(passedOnMs, known?.sentMs ?? passedOnMs)
      answered.push({ server, sentMs, atMs: clock.now() })
      if (answered.length > profile.renewals) answered.shift()
      return passedOnMs
    } finally {
      signal.removeEventListener('abort', unanswered)
    }
  }
}
