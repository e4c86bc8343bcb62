import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Etcdctl } from '../../src/foreign/etcdctl.js'
import { MixedLine } from '../../src/foreign/mixed-line.js'
import { containerOf, storeUnderTest } from '../../src/store-under-test.js'

/** The lease of `etcdctl elect`, which cannot be changed, and what the server takes to find that it is over. */
const THEIR_EXPIRY_MS = 62_000
const PATIENCE_MS = 30_000

let tool: Etcdctl
let line: MixedLine

beforeAll(async () => {
  tool = await Etcdctl.open(containerOf('etcd'))
})

afterAll(() => tool.close())

beforeEach(async () => {
  const { url, ttlMs } = await storeUnderTest()
  line = new MixedLine({ url, name: 'mixed', ttlMs, tool })
})

afterEach(() => line.dispose())

test('etcdctl elect and Eldest lead in the order in which they came, handed over by resigning', async () => {
  const first = await line.foreign('etcdctl-1')
  const second = await line.ours('eldest-1')
  const third = await line.foreign('etcdctl-2')
  const fourth = await line.ours('eldest-2')
  expect(await line.order()).toEqual(['etcdctl-1', 'eldest-1', 'etcdctl-2', 'eldest-2'])
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

test('etcdctl elect leads when a leader of Eldest has crashed', async () => {
  const first = await line.ours('eldest')
  const second = await line.foreign('etcdctl')
  await line.elected(first)
  first.kill()
  await second.elected(PATIENCE_MS)
})

test('Eldest leads when a leader of etcdctl elect has crashed', async () => {
  const first = await line.foreign('etcdctl')
  const second = await line.ours('eldest')
  await first.elected(PATIENCE_MS)
  first.kill()
  await line.elected(second, THEIR_EXPIRY_MS + PATIENCE_MS)
})
