import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { bytes } from '../entry.js'
import { eventually, stall, throughout, within } from '../patience.js'
import { assertCode, rejectsWith } from '../rejection.js'

/** How much later than the deadline a timer of the store may fire that was set for it: two ticks of its clocks. */
const TIMER_SLACK_MS = 40

export const sessionDeadlineCases: Case[] = [
  {
    name: 'remainingMs is never above 0 once another client has seen the entry gone',
    async run({ connect, prefix, ttlMs, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs })
      const entry = await session.createOrdered(prefix, bytes('x'))
      const untilMs = performance.now() + session.ttlMs / 2 // the session lives by renewals, not by its opening
      await eventually('half a TTL passes', session.ttlMs, () => performance.now() > untilMs)
      await mine.cut()
      const withinMs = mine.store.capabilities.worstCaseExpiryMs(session.ttlMs) + patienceMs
      const gone = async () => (await theirs.store.get(entry.key)) === undefined
      await eventually('the entry goes', withinMs, gone)
      assert.equal(session.remainingMs(), 0, 'the session still counts as held')
    },
  },
  {
    name: 'ended fires once with SESSION_LOST, at the local deadline at the latest, when the connection is cut',
    async run({ connect, ttlMs, patienceMs }) {
      const connection = await connect()
      const session = await connection.store.openSession({ ttlMs })
      let fired = 0
      session.ended.addEventListener('abort', () => fired++)
      await connection.cut()
      while (!session.ended.aborted) {
        const remainingMs = session.remainingMs()
        assert.ok(remainingMs > 0, 'ended must have fired at the local deadline')
        // Then once more, where a renewal that was on its way has moved the deadline.
        await new Promise((resolve) => setTimeout(resolve, remainingMs + TIMER_SLACK_MS))
      }
      assert.equal(fired, 1, `ended fired ${fired} times`)
      assertCode('the reason of ended', session.ended.reason, 'SESSION_LOST')
      await connection.heal()
      await eventually('the store answers again', patienceMs, () => answers(connection.store.get('any/key')))
      await rejectsWith('createOrdered', session.createOrdered('any', bytes('x')), 'SESSION_LOST')
      assert.equal(session.remainingMs(), 0)
      assert.equal(fired, 1, `ended fired ${fired} times`)
    },
  },
  {
    name: 'remainingMs is 0 at once after a stall of the process that is longer than the TTL',
    alone: true,
    async run({ connect, prefix, ttlMs, patienceMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs })
      await session.createOrdered(prefix, bytes('x'))
      stall(session.ttlMs)
      assert.equal(session.remainingMs(), 0)
      await rejectsWith('createOrdered', session.createOrdered(prefix, bytes('y')), 'SESSION_LOST')
      await eventually('ended fires', patienceMs, () => session.ended.aborted)
      assertCode('the reason of ended', session.ended.reason, 'SESSION_LOST')
    },
  },
  {
    name: 'the entries of an abandoned session stay for the TTL since its last renewal, then they go',
    async run({ connect, prefix, ttlMs, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs })
      const entry = await session.createOrdered(prefix, bytes('x'))
      const keptUntilMs = performance.now() + session.remainingMs()
      session.abandon()
      await session.close()
      await mine.store.close()
      const gone = async () => (await theirs.store.get(entry.key)) === undefined
      assert.equal(await gone(), false, 'the session must not be ended at the store, whatever is closed')
      await throughout(keptUntilMs - performance.now(), async () => {
        const early = (await gone()) && performance.now() < keptUntilMs
        assert.equal(early, false, 'the entry went before its TTL was over')
      })
      await eventually('the entry goes', theirs.store.capabilities.worstCaseExpiryMs(session.ttlMs) + patienceMs, gone)
    },
  },
  {
    name: 'a session that cannot tell the store of its close says OUTCOME_UNKNOWN within a TTL, and then runs out',
    async run({ connect, prefix, ttlMs, patienceMs }) {
      const [mine, theirs] = [await connect(), await connect()]
      const session = await mine.store.openSession({ ttlMs })
      await session.createOrdered(prefix, bytes('x'))
      await mine.cut()
      const closing = within('close settles', session.ttlMs + patienceMs, session.close())
      assert.ok(session.ended.aborted, 'close must fire ended at once')
      await rejectsWith('close', closing, 'OUTCOME_UNKNOWN')
      const withinMs = theirs.store.capabilities.worstCaseExpiryMs(session.ttlMs) + patienceMs
      await eventually('the entry goes', withinMs, async () => (await theirs.store.list(prefix)).length === 0)
    },
  },
]

async function answers(request: Promise<unknown>): Promise<boolean> {
  return request.then(
    () => true,
    () => false,
  )
}
