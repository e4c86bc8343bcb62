import { describe, expect, it } from 'vitest'
import { KeptSession, type SessionBackend } from '../src/adapter.js'
import { ConsensusError, type Entry, isConsensusError, type Session } from '../src/index.js'
import { MemoryLink, MemoryServer, MemoryStore } from '../src/memory/index.js'
import { deferred, Pending } from './pending.js'
import { settle, VirtualClock } from './virtual-clock.js'

const TTL = 9000
const value = new Uint8Array([1])

async function open() {
  const clock = new VirtualClock()
  const server = new MemoryServer({ clock })
  const link = new MemoryLink()
  const store = new MemoryStore({ server, link, clock })
  const session = await store.openSession({ ttlMs: TTL })
  return { clock, server, link, store, session }
}

/** A session over a backend of which a test replaces a part. */
function keep(parts: Partial<SessionBackend>): { clock: VirtualClock; session: Session } {
  const clock = new VirtualClock()
  const backend: SessionBackend = {
    renew: async () => clock.now(),
    create: () => Promise.reject(new Error('not in this test')),
    remove: async () => true,
    end: async () => {},
    ...parts,
  }
  const options = { clock, id: 's1', ttlMs: TTL, heldSinceMs: clock.now(), requestTimeoutMs: 1000, backend }
  return { clock, session: new KeptSession(options) }
}

describe('an ordered key', () => {
  it('is one entry when the answers of its creation are lost', async () => {
    const { clock, server, link, session } = await open()
    for (let i = 0; i < 3; i++) link.loseNextAnswer()
    const created = new Pending(session.createOrdered('a/b', value))
    await clock.advance(1000)
    expect(server.list('a/b')).toEqual([created.value])
    expect(created.value.session).toBe(session.id)
  })

  it('is refused with KEY_EXISTS when another session holds the name', async () => {
    const { store, session } = await open()
    const other = await store.openSession({ ttlMs: TTL })
    await other.createOrdered('a', value, { name: 'n' })
    await expect(session.createOrdered('a', value, { name: 'n' })).rejects.toMatchObject({ code: 'KEY_EXISTS' })
  })

  it('is refused with the reason of the end when the session is over, also after a stall', async () => {
    const { clock, session } = await open()
    clock.jump(TTL)
    await expect(session.createOrdered('a', value)).rejects.toMatchObject({ code: 'SESSION_LOST' })
  })

  it('is deleted again when nobody waits for it any more', async () => {
    const { server, session } = await open()
    const caller = new AbortController()
    const created = new Pending(session.createOrdered('a', value, { signal: caller.signal }))
    caller.abort('enough')
    await settle()
    expect(created.error).toBe('enough')
    expect(server.list('a')).toEqual([])
  })

  it('is not asked for when the caller has stopped waiting, or the key or value is no good', async () => {
    const { server, session } = await open()
    const signal = AbortSignal.abort('before')
    await expect(session.createOrdered('a', value, { signal })).rejects.toBe('before')
    await expect(session.createOrdered('a', value, { name: 'x/../y' })).rejects.toThrow(RangeError)
    await expect(session.createOrdered('a', 'text' as unknown as Uint8Array)).rejects.toThrow(TypeError)
    expect(server.list('a')).toEqual([])
  })

  it('is deleted again also when nobody waits for it and its creation stayed in doubt', async () => {
    const { clock, link, server, session } = await open()
    const caller = new AbortController()
    link.loseNextAnswer()
    const created = new Pending(session.createOrdered('a', value, { signal: caller.signal }))
    await settle()
    link.cut()
    caller.abort('enough')
    await clock.advance(2000) // the creation has given up by now
    expect(server.list('a')).toHaveLength(1)
    link.heal()
    await clock.advance(1000)
    expect(created.error).toBe('enough')
    expect(server.list('a')).toEqual([])
    expect(session.ended.aborted).toBe(false)
  })

  it('leaves its outcome open when the store stays away after a doubt', async () => {
    const { clock, link, session } = await open()
    link.loseNextAnswer()
    const created = new Pending(session.createOrdered('a', value))
    await settle()
    link.cut()
    await clock.advance(2000)
    expect(isConsensusError(created.error, 'OUTCOME_UNKNOWN')).toBe(true)
  })
})

describe('closing a session', () => {
  it('takes its entries along before it resolves, and fires ended at once', async () => {
    const { server, clock, session } = await open()
    await session.createOrdered('a', value)
    const closed = session.close()
    expect(session.ended.aborted).toBe(true)
    expect(session.remainingMs()).toBe(0)
    await closed
    expect(server.list('a')).toEqual([])
    expect(session.ended.reason).toMatchObject({ code: 'SESSION_CLOSED' })
    await session.close()
    expect(clock.timers).toBe(0)
  })

  it('settles within one TTL with OUTCOME_UNKNOWN when the store cannot be told', async () => {
    const { clock, link, session } = await open()
    link.cut()
    const closed = new Pending(session.close())
    await clock.advance(TTL)
    expect(closed.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  })

  it('is no failure when the session was lost before', async () => {
    const { clock, link, session } = await open()
    link.cut()
    await clock.advance(TTL)
    expect(session.ended.reason).toMatchObject({ code: 'SESSION_LOST' })
    await session.close()
  })

  it('is one act, however often it is asked for', async () => {
    const gate = deferred()
    let ends = 0
    const { session } = keep({ end: () => (ends++, gate.promise) })
    const closes = [session.close(), session.close(), session[Symbol.asyncDispose]()]
    gate.resolve()
    await Promise.all(closes)
    expect(ends).toBe(1)
  })

  it('frees what the session holds once, for whatever end', async () => {
    let released = 0
    const { session } = keep({ release: () => released++ })
    session.abandon()
    await session.close()
    expect(released).toBe(1)
  })

  it('passes on what the store says other than that it is out of reach', async () => {
    const denied = new ConsensusError('ACCESS_DENIED', 'no')
    const { session } = keep({ end: () => Promise.reject(denied) })
    await expect(session.close()).rejects.toBe(denied)
  })
})

describe('abandoning a session', () => {
  it('fires ended at once and leaves the entries to the TTL', async () => {
    const { clock, server, session } = await open()
    await session.createOrdered('a', value)
    session.abandon()
    session.abandon()
    expect(session.ended.reason).toMatchObject({ code: 'SESSION_CLOSED' })
    expect(session.remainingMs()).toBe(0)
    await session.close()
    await clock.advance(TTL - 1)
    expect(server.list('a')).toHaveLength(1)
    await clock.advance(1)
    expect(server.list('a')).toEqual([])
  })

  it('changes nothing once the session is being closed', async () => {
    const { server, session } = await open()
    await session.createOrdered('a', value)
    const closed = session.close()
    session.abandon()
    await closed
    expect(server.list('a')).toEqual([])
  })
})

describe('a late entry', () => {
  it('is deleted in the end, though the store is out of reach when it comes', async () => {
    const creation = deferred<Entry>()
    const failures = [new ConsensusError('UNAVAILABLE', 'down'), new ConsensusError('OUTCOME_UNKNOWN', 'lost')]
    let removals = 0
    const remove = async () => {
      const failure = failures[removals++]
      if (failure) throw failure
    }
    const { clock, session } = keep({ create: () => creation.promise, remove })
    const caller = new AbortController()
    const created = new Pending(session.createOrdered('a', value, { signal: caller.signal }))
    caller.abort('enough')
    creation.resolve({ key: 'a/x', value, createRevision: 1n, modRevision: 1n, session: 's1' })
    await clock.advance(1000)
    expect([created.error, removals]).toEqual(['enough', 3])
  })

  it('whose deletion fails raises no unhandled rejection', async () => {
    const creation = deferred<Entry>()
    const { session } = keep({ create: () => creation.promise, remove: () => Promise.reject(new Error('down')) })
    const caller = new AbortController()
    const created = new Pending(session.createOrdered('a', value, { signal: caller.signal }))
    caller.abort('enough')
    creation.resolve({ key: 'a/x', value, createRevision: 1n, modRevision: 1n, session: 's1' })
    await settle()
    expect(created.error).toBe('enough')
  })
})
