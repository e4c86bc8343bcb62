import { connect, worstCaseFailoverMs } from '@eldest/core'
import { type HistoryRecord, judge } from '@eldest/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CandidateProcess } from '../../src/candidate-process.js'
import { startCommand } from '../../src/candidate-programs.js'
import { SmallDiskCluster } from '../../src/small-disk-cluster.js'
import { monotonicMs, until } from '../../src/waiting.js'

const TTL_MS = 3000
/** By how much a busy machine may be late beside the computed bound. */
const BUSY_MS = 3000
const PATIENCE_MS = 60_000
let cluster: SmallDiskCluster

beforeAll(async () => {
  cluster = await SmallDiskCluster.up()
})

afterAll(() => cluster.down())

test("when the disk of the store's leader is full a leader is followed by the next, and never by two", async () => {
  const history: HistoryRecord[] = []
  const url = cluster.url('disk')
  const store = await connect(url)
  const recoveryMs = worstCaseFailoverMs(store.capabilities, TTL_MS) + BUSY_MS
  await store.close()
  const disturbed = (what: string) =>
    history.push({ atMs: monotonicMs(), process: 'servers', event: 'disturbed', what })
  const said = (id: string, event: string) => history.some((one) => one.process === id && one.event === event)
  const start = async (id: string, event: string) => {
    const program = startCommand({ url, election: 'disk', id, ttlMs: TTL_MS })
    const candidate = new CandidateProcess(id, program, history)
    await until(`${id} is ${event}`, () => said(id, event))
    return candidate
  }
  await cluster.smallLeads()
  const candidates = [await start('first', 'elected'), await start('second', 'standby')]
  try {
    disturbed('a disk is full')
    await cluster.fill()
    disturbed('its node has ended')
    expect(await cluster.log()).toContain('no space left on device')
    candidates[0]!.kill()
    await until('the second leads', () => said('second', 'elected'), PATIENCE_MS)
    candidates.push(await start('third', 'standby'))
    await cluster.free()
    await cluster.whole()
    disturbed('the disk is free')
    candidates[1]!.terminate()
    await until('the third leads', () => said('third', 'elected'), PATIENCE_MS)
    expect(judge(history, { recoveryMs, endMs: monotonicMs() }).violations).toEqual([])
  } finally {
    for (const each of candidates) each.kill()
    await Promise.all(candidates.map(({ exited }) => exited))
  }
})
