import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connect, isConsensusError } from '@eldest/core'
import { afterEach, expect, test } from 'vitest'
import { adapter } from '../../src/index.js'
import { address, CLUSTER, freshNamespace } from '../consul-servers.js'

/** ELDEST_RUNS: how often. */
const RUNS = Number(process.env['ELDEST_RUNS'] ?? 2)
const NODES = ['consul1', 'consul2', 'consul3']
const PATIENCE_MS = 60_000
const docker = (name: string) => fileURLToPath(new URL(`../../../../docker/${name}`, import.meta.url))
const run = async (script: string, ...args: string[]) => {
  const { stdout } = await promisify(execFile)('bash', [docker(script), ...args], { timeout: PATIENCE_MS })
  return stdout.trim()
}
let isolated: string | undefined

afterEach(async () => {
  if (isolated) await run('rejoin', isolated)
  isolated = undefined
  await run('leader', 'consul', '--whole')
})

/** What is written where the leader does not know of it: what it still acknowledges and answers meanwhile. */
async function depose(): Promise<{ renewedMs: number; electedMs: number; staleReads: number }> {
  const leader = await run('leader', 'consul', '--whole')
  const port = CLUSTER[NODES.indexOf(leader)]!
  const namespace = freshNamespace()
  const url = (ports: string[]) => `consul://${address(...ports)}/${namespace}?requestTimeoutMs=1000`
  const near = await connect(url([port]), { adapters: [adapter] })
  const far = await connect(url(CLUSTER.filter((each) => each !== port)), { adapters: [adapter] })
  const bytes = (value: number) => new Uint8Array([value])
  try {
    const session = await near.openSession({ ttlMs: 60_000 })
    await near.put('key', bytes(1))
    const renewal = `http://${address(port)}/v1/session/renew/${session.id}`
    isolated = leader
    await run('isolate', leader)
    const isolatedMs = performance.now()
    let renewedMs = 0
    let electedMs: number | undefined
    let reads = 0
    let staleReads = 0
    const writing = (async () => {
      for (;;) {
        try {
          await far.put('key', bytes(2))
          electedMs = performance.now() - isolatedMs
          return
        } catch (error) {
          if (!isConsensusError(error, 'UNAVAILABLE', 'OUTCOME_UNKNOWN')) throw error
        }
      }
    })()
    const renewing = (async () => {
      while (electedMs === undefined || performance.now() - isolatedMs < electedMs + 1000) {
        const sentMs = performance.now() - isolatedMs
        const signal = AbortSignal.timeout(200)
        const { ok } = await fetch(renewal, { method: 'PUT', signal }).catch(() => ({ ok: false }))
        if (ok) renewedMs = sentMs
      }
    })()
    const reading = (async () => {
      while (electedMs === undefined || performance.now() - isolatedMs < electedMs + 1000) {
        const written = electedMs !== undefined
        const seen = await near.get('key').catch(() => undefined)
        reads++
        if (written && seen?.value[0] === 1) staleReads++
      }
    })()
    await Promise.all([writing, renewing, reading])
    expect(reads).toBeGreaterThan(0)
    await run('rejoin', leader)
    isolated = undefined
    return { renewedMs, electedMs: electedMs!, staleReads }
  } finally {
    await Promise.allSettled([near.close(), far.close()])
  }
}

test(
  `a leader that is cut off acknowledges no renewal and answers no read once another one has taken a write (${RUNS} times)`,
  async () => {
    for (let i = 0; i < RUNS; i++) {
      const { renewedMs, electedMs, staleReads } = await depose()
      console.log(
        `the last renewal acknowledged by the cut off leader was sent ${Math.round(renewedMs)} ms after the cut, ` +
          `the next leader took a write after ${Math.round(electedMs)} ms`,
      )
      expect(renewedMs).toBeLessThan(electedMs)
      expect(staleReads).toBe(0)
    }
  },
  RUNS * PATIENCE_MS,
)
