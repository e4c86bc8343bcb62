import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { connect, Election, worstCaseFailoverMs } from '@eldest/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HistoryRecord, judge } from '@eldest/simulator'
import { CandidateProcess } from '../../src/candidate-process.js'
import { eldest } from '../../src/eldest-command.js'
import { backend, containerOf, server, storeUnderTest, variable } from '../../src/store-under-test.js'
import { monotonicMs, pause, until } from '../../src/waiting.js'

/** Two candidates, of which the elder leads, on one server. */
let url: string
let ttlMs: number
let failoverMs: number
let history: HistoryRecord[]
let processes: CandidateProcess[]
const PATIENCE_MS = 20_000

beforeEach(async () => {
  history = []
  processes = []
  ;({ url, ttlMs } = await storeUnderTest())
  const store = await connect(url)
  failoverMs = worstCaseFailoverMs(store.capabilities, ttlMs)
  await store.close()
  for (const id of ['elder', 'younger']) {
    processes.push(new CandidateProcess(id, ['faults', '--store', url, '--ttl', `${ttlMs}ms`, '--id', id], history))
    const event = id === 'elder' ? 'elected' : 'standby'
    await until(`${id} is ${event}`, () => history.some((one) => one.process === id && one.event === event))
  }
})

afterEach(async () => {
  for (const each of processes) each.terminate()
  await Promise.all(processes.map(({ exited }) => exited))
})

/** Who leads by what each has said last; at most one, or the judgement fails. */
function leader(): string | undefined {
  const last = (name: string) => history.findLast(({ process }) => process === name)
  return processes.find(({ name }) => last(name)?.event === 'elected')?.name
}

function ends(process: string): (string | undefined)[] {
  return history.flatMap((one) =>
    one.process === process && one.event === 'lost' && 'reason' in one ? [one.reason] : [],
  )
}

/** Nobody led beside another one, and somebody leads for longer than a TTL. */
async function expectOneLeader(sinceMs: number): Promise<void> {
  await until('somebody leads', () => leader() !== undefined, failoverMs + PATIENCE_MS)
  const settledMs = monotonicMs() + 2 * ttlMs
  await until('the leader stays', () => monotonicMs() > settledMs && leader() !== undefined, failoverMs + PATIENCE_MS)
  const { violations } = judge(history, { recoveryMs: Infinity, endMs: monotonicMs() })
  expect(violations).toEqual([])
  console.log(`${backend()}: a leader ${Math.round(lastElectionMs() - sinceMs)} ms after the fault was over`)
}

/** How an operator ends a session by the server's own means. ZooKeeper has none. */
const SESSION_ENDERS: Partial<Record<string, (session: string) => Promise<unknown>>> = {
  etcd: (session) =>
    promisify(execFile)('docker', ['exec', containerOf('etcd'), 'etcdctl', 'lease', 'revoke', session]),
  consul: (session) =>
    fetch(`http://127.0.0.1:${variable('CONSUL_PORT')}/v1/session/destroy/${session}`, { method: 'PUT' }),
}

function lastElectionMs(): number {
  return history.findLast(({ event }) => event === 'elected')!.atMs
}

/** The elder waits behind the younger. */
function stoodAgain({ process, event }: HistoryRecord): boolean {
  return process === 'elder' && event === 'standby'
}

describe('one leader at most, and then one again, when the server', () => {
  test('hangs for 1.5 TTL: the leader is told to stop for its session', async () => {
    await server('pause')
    try {
      await until('the leader stops', () => ends('elder').length > 0, ttlMs + PATIENCE_MS)
      expect(ends('elder')).toEqual(['session lost'])
      await pause(ttlMs / 2)
    } finally {
      await server('unpause')
    }
    await expectOneLeader(monotonicMs())
  })

  test('is restarted', async () => {
    await server('restart')
    await expectOneLeader(monotonicMs())
  })

  test('is killed and started again after 2 TTL', async () => {
    await server('kill')
    try {
      await until('the leader stops', () => ends('elder').length > 0, ttlMs + PATIENCE_MS)
      expect(ends('elder')).toEqual(['session lost'])
      await pause(ttlMs)
    } finally {
      await server('start')
    }
    await expectOneLeader(monotonicMs())
  })
})

describe('the next candidate leads when an operator', () => {
  test("deletes the leader's key", async () => {
    const store = await connect(url)
    const [first] = await new Election(store, 'faults').candidates()
    await store.delete(first!.entry.key)
    await until('the younger leads', () => leader() === 'younger', PATIENCE_MS)
    await store.close()
    expect(ends('elder')).toEqual(['evicted'])
  })

  const endSession = SESSION_ENDERS[backend()]
  if (endSession) {
    test("ends the leader's session", async () => {
      const store = await connect(url)
      const [first] = await new Election(store, 'faults').candidates()
      await endSession(first!.entry.session!)
      await until('the younger leads', () => leader() === 'younger', PATIENCE_MS)
      await until('the elder stands again', () => history.some(stoodAgain), PATIENCE_MS)
      await store.close()
      // Whichever it hears of first: that its key is gone, or its session.
      expect([['evicted'], ['session lost']]).toContainEqual(ends('elder'))
    })
  }

  test('evicts the leader, which stops first', async () => {
    expect(await eldest(['evict', 'faults', 'elder', '--store', url])).toMatchObject({ code: 0 })
    await until('the younger leads', () => leader() === 'younger', PATIENCE_MS)
    expect(ends('elder')).toEqual(['evicted'])
    await expectOneLeader(monotonicMs())
  })
})
