import { type ProxyTarget, TcpProxy } from '@eldest/conformance'
import { connect, Election } from '@eldest/core'
import { expect, test } from 'vitest'
import { backend, storeUnderTest } from '../../src/store-under-test.js'
import { monotonicMs, pause } from '../../src/waiting.js'

/** ELDEST_RUNS: how often. The figures of the adapters' READMEs are of 20. */
const RUNS = Number(process.env['ELDEST_RUNS'] ?? 2)
/** As operators would have it; Consul's own limit is 10 s. */
const TTL_MS = { etcd: 4000, consul: 10_000, zookeeper: 4000 }[backend()]

/** When the signal came: after the silence, and before the successor. */
interface Notice {
  noticedMs: number
  leadMs: number
}

/** On a busy machine a leader may be lost before the server falls silent, which proves nothing. */
async function silenceOneThatLeads(): Promise<Notice> {
  for (;;) {
    const notice = await silenceTheLeader()
    if (notice) return notice
  }
}

/** The server swallows everything and keeps connections open. `undefined`: nobody led any more. */
async function silenceTheLeader(): Promise<Notice | undefined> {
  const { url } = await storeUnderTest()
  const [, host, port] = /^[a-z]+:\/\/([^:/]+):(\d+)/.exec(url)!
  const target: ProxyTarget = { host: host!, port: Number(port) }
  const proxy = await TcpProxy.listen(target)
  const [near, far] = [await connect(url.replace(`${host}:${port}`, `127.0.0.1:${proxy.port}`)), await connect(url)]
  try {
    const leadership = await new Election(near, 'silence', { id: 'near', ttlMs: TTL_MS }).campaign()
    let signalMs: number | undefined
    leadership.signal.addEventListener('abort', () => (signalMs = monotonicMs()), { once: true })
    const successor = new Election(far, 'silence', { id: 'far', ttlMs: TTL_MS }).campaign()
    await pause(TTL_MS * (0.5 + Math.random() / 3)) // anywhere between two renewals
    const silentMs = monotonicMs()
    proxy.silence()
    const isLate = leadership.signal.aborted
    const next = await successor
    if (isLate) return undefined
    const electedMs = monotonicMs()
    expect(signalMs, 'the leader was not told to stop before the next one led').toBeDefined()
    expect(leadership.signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'session lost' })
    expect(() => leadership.assertValid()).toThrow()
    await next.resign()
    return { noticedMs: signalMs! - silentMs, leadMs: electedMs - signalMs! }
  } finally {
    proxy.heal()
    await Promise.all([near.close(), far.close()])
    await proxy.close()
  }
}

test(
  `behind a silent server the leader's signal fires before a successor is elected (${RUNS} times)`,
  async () => {
    const runs = await Promise.all(Array.from({ length: RUNS }, silenceOneThatLeads))
    const sorted = (of: 'noticedMs' | 'leadMs') => runs.map((run) => Math.round(run[of])).sort((a, b) => a - b)
    const [noticed, lead] = [sorted('noticedMs'), sorted('leadMs')]
    console.log(
      `${backend()}, TTL ${TTL_MS} ms: signal ${noticed[0]} to ${noticed.at(-1)} ms after the silence, ` +
        `${lead[0]} to ${lead.at(-1)} ms before the successor, median ${lead[Math.floor(RUNS / 2)]} (${RUNS} runs)`,
    )
  },
  TTL_MS * 4 + 60_000,
)
