import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { LeaderLatch } from '../../src/foreign/leader-latch.js'
import { MixedLine } from '../../src/foreign/mixed-line.js'
import { storeUnderTest } from '../../src/store-under-test.js'

const PATIENCE_MS = 30_000

let tool: LeaderLatch
let line: MixedLine

beforeAll(async () => {
  tool = await LeaderLatch.open()
}, 300_000)

afterAll(() => tool.close())

beforeEach(async () => {
  const { url, ttlMs } = await storeUnderTest()
  line = new MixedLine({ url, name: 'mixed', ttlMs, tool })
})

afterEach(() => line.dispose())

test("Curator's latches and Eldest lead in the order in which they came, handed over by resigning", async () => {
  const first = await line.foreign('curator-1')
  const second = await line.ours('eldest-1')
  const third = await line.foreign('curator-2')
  const fourth = await line.ours('eldest-2')
  expect(await line.order()).toEqual(['curator-1', 'eldest-1', 'curator-2', 'eldest-2'])
  await first.elected(PATIENCE_MS)
  expect([line.isElected(second), third.electedMs]).toEqual([false, undefined])
  first.terminate()
  await line.elected(second)
  expect([third.electedMs, line.isElected(fourth)]).toEqual([undefined, false])
  second.terminate()
  await third.elected(PATIENCE_MS)
  expect(line.isElected(fourth)).toBe(false)
  third.terminate()
  await line.elected(fourth)
})

test("Curator's latch leads when a leader of Eldest has crashed", async () => {
  const first = await line.ours('eldest')
  const second = await line.foreign('curator')
  await line.elected(first)
  first.kill()
  await second.elected(PATIENCE_MS)
})

test("Eldest leads when a leader of Curator's latch has crashed", async () => {
  const first = await line.foreign('curator')
  const second = await line.ours('eldest')
  await first.elected(PATIENCE_MS)
  first.kill()
  await line.elected(second)
})
