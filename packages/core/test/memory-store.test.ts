import { describe, expect, it } from 'vitest'
import { MemoryServer, MemoryStore } from '../src/memory/index.js'
import { Pending } from './pending.js'
import { settle, VirtualClock } from './virtual-clock.js'

// What every store must do is in the conformance suite; here is what only this one can show.
describe('the memory store', () => {
  it('leaves no session behind that was being opened when it was closed', async () => {
    const clock = new VirtualClock()
    const store = new MemoryStore({ server: new MemoryServer({ clock }), clock })
    const opened = new Pending(store.openSession({ ttlMs: 1000 }))
    await store.close()
    await settle()
    expect(opened.error).toMatchObject({ code: 'STORE_CLOSED' })
    expect(clock.timers).toBe(0)
  })

  it('ends a session that is granted after its caller stopped waiting', async () => {
    const clock = new VirtualClock()
    const store = new MemoryStore({ server: new MemoryServer({ clock }), clock })
    const caller = new AbortController()
    const opened = new Pending(store.openSession({ ttlMs: 1000, signal: caller.signal }))
    caller.abort('enough')
    await settle()
    expect(opened.error).toBe('enough')
    expect(clock.timers).toBe(0)
  })

  it('leaves no timer and no listener after close', async () => {
    const clock = new VirtualClock()
    const server = new MemoryServer({ clock })
    const store = new MemoryStore({ server, clock })
    const session = await store.openSession({ ttlMs: 1000 })
    const states = store.watch('a/b')[Symbol.asyncIterator]()
    await states.next()
    const next = new Pending(states.next())
    await store.close()
    expect(session.ended.reason).toMatchObject({ code: 'STORE_CLOSED' })
    expect(next.error).toMatchObject({ code: 'STORE_CLOSED' })
    expect(clock.timers).toBe(0)
  })
})
