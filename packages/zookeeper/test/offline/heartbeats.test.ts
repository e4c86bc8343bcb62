import { expect, test } from 'vitest'
import { Heartbeats } from '../../src/zookeeper-heartbeat.js'

const TICK_MS = 1000
const [a, b] = [
  { connection: Symbol('a'), askedMs: 0 },
  { connection: Symbol('b'), askedMs: 2500 },
]

test('a session is kept from its asking, until a heartbeat has proven more', () => {
  const heartbeats = new Heartbeats(100, TICK_MS)
  expect(heartbeats.acknowledged({ sentMs: 5000, answeredMs: 5010, server: a })).toBe(100)
})

test('a heartbeat counts once a later one was sent half a tick after its answer, and answered', () => {
  const heartbeats = new Heartbeats(0, TICK_MS)
  heartbeats.acknowledged({ sentMs: 1000, answeredMs: 1100, server: a })
  expect(heartbeats.acknowledged({ sentMs: 1599, answeredMs: 1610, server: a })).toBe(0)
  expect(heartbeats.acknowledged({ sentMs: 1600, answeredMs: 1610, server: a })).toBe(1000)
})

test('heartbeats that a stall has held back, and that were answered together, prove nothing of each other', () => {
  const heartbeats = new Heartbeats(0, TICK_MS)
  heartbeats.acknowledged({ sentMs: 1000, answeredMs: 9000, server: a })
  heartbeats.acknowledged({ sentMs: 3000, answeredMs: 9000, server: a })
  expect(heartbeats.acknowledged({ sentMs: 9100, answeredMs: 9110, server: a })).toBe(0)
  expect(heartbeats.acknowledged({ sentMs: 9500, answeredMs: 9510, server: a })).toBe(3000)
})

test('what one server has answered proves nothing of what another has heard, but when that took over', () => {
  const heartbeats = new Heartbeats(0, TICK_MS)
  heartbeats.acknowledged({ sentMs: 1000, answeredMs: 1010, server: a })
  expect(heartbeats.acknowledged({ sentMs: 3000, answeredMs: 3010, server: b })).toBe(2500)
  expect(heartbeats.acknowledged({ sentMs: 4000, answeredMs: 4010, server: b })).toBe(3000)
})

test('what was proven stays, whatever comes after it', () => {
  const heartbeats = new Heartbeats(0, TICK_MS)
  for (const sentMs of [1000, 2000, 3000]) heartbeats.acknowledged({ sentMs, answeredMs: sentMs, server: a })
  expect(heartbeats.acknowledged({ sentMs: 3001, answeredMs: 3001, server: a })).toBe(2000)
  const other = { connection: 'other', askedMs: 500 }
  expect(heartbeats.acknowledged({ sentMs: 9000, answeredMs: 9000, server: other })).toBe(2000)
})
