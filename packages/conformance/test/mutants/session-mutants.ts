import { setTimeout as sleep } from 'node:timers/promises'
import { type Session, type SessionOptions, systemClock } from '@eldest/core'
import { freshName, KeptSession } from '@eldest/core/adapter'
import { MemoryServer, MemoryStore } from '@eldest/core/memory'
import type { MemoryClient } from '../../src/memory-harness.js'
import { alter, alterSession, type Mutant, server, SessionAlteringStore, store, TracingServer } from './mutant.js'

/** Where a case has to look in time: what is wrong for a third of it is seen on a busy machine too. */
const LONG_TTL_MS = 600
const LONGER_TTL_MS = 1200

class EntriesOutliveSession extends TracingServer {
  override endSession(id: string): void {
    const entries = this.living().filter(({ session }) => session === id)
    for (const entry of entries) alter(entry, { session: undefined })
    super.endSession(id)
    for (const entry of entries) alter(entry, { session: id })
  }
}

class EarlyExpiry extends MemoryServer {
  override openSession(id: string, ttlMs: number): void {
    super.openSession(id, ttlMs * 0.6)
  }
}

class RenewedOnce extends MemoryServer {
  readonly #renewed = new Set<string>()

  override renewSession(id: string): void {
    if (!this.#renewed.has(id)) super.renewSession(id)
    this.#renewed.add(id)
  }
}

class LateEnded extends SessionAlteringStore {
  protected alterSession(session: Session): void {
    const { ended } = session
    const late = new AbortController()
    ended.addEventListener('abort', () => void setTimeout(() => late.abort(ended.reason), 150))
    alterSession(session, { ended: late.signal })
  }
}

class EndedWithoutCode extends SessionAlteringStore {
  protected alterSession(session: Session): void {
    const { ended } = session
    const uncoded = new AbortController()
    ended.addEventListener('abort', () => uncoded.abort())
    alterSession(session, { ended: uncoded.signal })
  }
}

class RemainingByTimer extends SessionAlteringStore {
  protected alterSession(session: Session): void {
    const read = session.remainingMs.bind(session)
    let remainingMs = read()
    const timer = setInterval(() => (remainingMs = read()), 5)
    session.ended.addEventListener('abort', () => {
      clearInterval(timer)
      remainingMs = 0
    })
    alterSession(session, { remainingMs: () => remainingMs })
  }
}

class CloseByExpiry extends SessionAlteringStore {
  protected alterSession(session: Session): void {
    alterSession(session, { close: async () => session.abandon() })
  }
}

class AbandonByClose extends SessionAlteringStore {
  protected alterSession(session: Session): void {
    alterSession(session, { abandon: () => void session.close().catch(() => undefined) })
  }
}

/** Answers to renewals take their time here. */
class CountedFromAnswer extends MemoryStore {
  readonly #client: MemoryClient

  constructor(client: MemoryClient) {
    super(client)
    this.#client = client
  }

  override async openSession({ ttlMs }: SessionOptions): Promise<Session> {
    const { server, link } = this.#client
    const id = freshName()
    const request = async <T>(operation: () => T) => link.request(operation, true)
    await request(() => server.openSession(id, ttlMs))
    const now = () => systemClock.now()
    return new KeptSession({
      clock: systemClock,
      id,
      ttlMs,
      heldSinceMs: now(),
      requestTimeoutMs: 1000,
      backend: {
        renew: async () => {
          await request(() => server.renewSession(id))
          await sleep(LONGER_TTL_MS / 3)
          return now()
        },
        create: (key, value) => request(() => server.createOrdered(id, key, value)),
        remove: (entry) => request(() => server.delete(entry.key, entry)),
        end: () => request(() => server.endSession(id)),
      },
    })
  }
}

const goneAtClose = 'the entries of a session are gone when its close resolves'
const others = 'the end of one session leaves the entries of the others'
const endedBehind = 'a session that was ended behind its owner is lost, and its entries are never read again'
const renewed = 'a session that is renewed lives on with its entries for three TTLs'
const codes = 'ended fires once with SESSION_CLOSED when the session is closed or abandoned'
const held = 'remainingMs is never above 0 once another client has seen the entry gone'
const ended = 'ended fires once with SESSION_LOST, at the local deadline at the latest, when the connection is cut'
const stalled = 'remainingMs is 0 at once after a stall of the process that is longer than the TTL'
const abandoned = 'the entries of an abandoned session stay for the TTL since its last renewal, then they go'
const watched = 'a watch shows that an entry went with its session: closed, ended by hand, run out'

export const sessionMutants: Mutant[] = [
  server('lets entries outlive their session', EntriesOutliveSession, goneAtClose, others, endedBehind, watched),
  {
    name: 'ends sessions before their TTL is over',
    caughtBy: [held, abandoned],
    parts: () => ({ server: new EarlyExpiry(), ttlMs: LONG_TTL_MS }),
  },
  {
    name: 'forgets renewals',
    caughtBy: [renewed],
    parts: () => ({ server: new RenewedOnce(), ttlMs: LONG_TTL_MS }),
  },
  store('fires ended late', LateEnded, ended),
  store('fires ended without a coded reason', EndedWithoutCode, codes, ended),
  store('reads remainingMs from a timer', RemainingByTimer, stalled),
  store('leaves a closed session to its TTL', CloseByExpiry, goneAtClose),
  store('closes an abandoned session', AbandonByClose, abandoned),
  {
    name: 'counts the local deadline from the answer',
    caughtBy: [held],
    parts: () => ({ createStore: (client) => new CountedFromAnswer(client), ttlMs: LONGER_TTL_MS }),
  },
]
