import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { concurrencyElection } from '@eldest/etcd'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { ForeignCandidate } from '../../src/foreign-candidate.js'
import { MixedLine } from '../../src/mixed-line.js'
import { containerOf, storeUnderTest } from '../../src/store-under-test.js'

/** The lease of `etcdctl elect`, which cannot be changed, and what the server takes to find that it is over. */
const THEIR_EXPIRY_MS = 62_000
const PATIENCE_MS = 30_000

let folder: string
let etcdctl: string
let line: MixedLine

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eldest-etcdctl-'))
  etcdctl = join(folder, 'etcdctl')
  await promisify(execFile)('docker', ['cp', `${containerOf('etcd')}:/usr/bin/etcdctl`, etcdctl])
})

afterAll(() => rm(folder, { recursive: true, force: true }))

beforeEach(async () => {
  const { url, ttlMs } = await storeUnderTest()
  const [, address, namespace] = /^etcd:\/\/([^/]+)\/(.*)$/.exec(url)!
  line = new MixedLine({
    url,
    name: 'mixed',
    layout: concurrencyElection,
    layoutName: 'concurrency',
    ttlMs,
    startForeign: (id) =>
      // It prints its key, then its proposal, once it leads.
      new ForeignCandidate(
        etcdctl,
        [`--endpoints=${address}`, 'elect', `${namespace}/mixed`, id],
        (text) => text === id,
      ),
  })
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
