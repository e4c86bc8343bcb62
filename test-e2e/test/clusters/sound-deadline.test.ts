import { randomBytes } from 'node:crypto'
import { connect } from '@eldest/core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Seed } from '../../src/seed.js'
import { backend, ttlUnderTest } from '../../src/store-under-test.js'
import { monotonicMs, pause, until } from '../../src/waiting.js'
import { ServerCluster, type ServerFault } from '../../src/weather/server-cluster.js'

/** ELDEST_RUNS: how often each fault strikes. The figures of the adapters' READMEs are of 20. */
const RUNS = Number(process.env['ELDEST_RUNS'] ?? 2)
const PATIENCE_MS = 60_000
const ttlMs = ttlUnderTest()
const seed = new Seed()
let cluster: ServerCluster

beforeAll(() => {
  cluster = new ServerCluster(backend())
})
beforeEach(() => cluster.restore(), 180_000)
afterEach(() => cluster.restore(), 180_000)

/** `scheme://` of these nodes of the cluster. */
function url(namespace: string, ...nodes: string[]): string {
  const hosts = nodes.map((node) => cluster.hosts[cluster.nodes.indexOf(node)]!)
  return `${backend()}://${hosts.map(({ host, port }) => `${host}:${port}`).join()}/${namespace}?requestTimeoutMs=2000`
}

/**
 * A session by way of one node, to which the fault happens at a random moment, while another client watches its entry
 * through the other two. Returns by how much the local deadline was over before the entry was seen to be gone.
 */
async function strike(fault: ServerFault, victim: string): Promise<number> {
  const namespace = `sound-${randomBytes(4).toString('hex')}`
  const others = cluster.nodes.filter((node) => node !== victim)
  const [mine, theirs] = [await connect(url(namespace, victim)), await connect(url(namespace, ...others))]
  let deadlineMs: number | undefined
  try {
    const session = await mine.openSession({ ttlMs })
    const entry = await session.createOrdered('line', new Uint8Array([1]))
    session.ended.addEventListener('abort', () => (deadlineMs = monotonicMs()), { once: true })
    await pause(seed.between(0.5, 1.5) * session.ttlMs)
    await cluster.inflict(fault, victim)
    for (;;) {
      const seen = await theirs.get(entry.key).catch(() => entry) // electing: nothing is known
      if (!seen) break
      await pause(5)
    }
    const goneMs = monotonicMs()
    expect(session.remainingMs(), 'the entry is gone, and the session counts as held').toBe(0)
    await until('ended has fired', () => session.ended.aborted, PATIENCE_MS)
    expect(session.ended.reason).toMatchObject({ code: 'SESSION_LOST' })
    return goneMs - Math.min(deadlineMs ?? goneMs, goneMs)
  } finally {
    await cluster.restore()
    await Promise.all([mine.close(), theirs.close()])
  }
}

describe.each<[string, ServerFault, 'leader' | 'follower']>([
  ['the leader is cut off from its peers', 'isolate', 'leader'],
  ['a follower is cut off from its peers', 'isolate', 'follower'],
  ['the server hangs', 'pause', 'leader'],
])('on a cluster where %s', (what, fault, role) => {
  test(
    `the entry is there for as long as remainingMs is above 0 (${RUNS} times, seed ${seed.value})`,
    async () => {
      const margins: number[] = []
      for (let run = 0; run < RUNS; run++) {
        const leader = (await cluster.leader())!
        const victim = role === 'leader' ? leader : seed.pick(cluster.nodes.filter((node) => node !== leader))
        margins.push(await strike(fault, victim))
      }
      const sorted = margins.sort((a, b) => a - b).map(Math.round)
      console.log(
        `${backend()}, ${what}, TTL ${ttlMs} ms: gone ${sorted[0]} to ${sorted.at(-1)} ms after the local deadline, median ${sorted[Math.floor(RUNS / 2)]} (${RUNS} runs)`,
      )
    },
    RUNS * PATIENCE_MS,
  )
})
