import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HistoryRecord, judge } from '@eldest/simulator'
import { CandidateProcess } from '../src/candidate-process.js'
import { type StoreUnderTest, storesUnderTest } from '../src/store-under-test.js'
import { monotonicMs, until } from '../src/waiting.js'

const service = fileURLToPath(new URL('../../examples/moving-service.mjs', import.meta.url))
const TTL_MS = 2000
const PATIENCE_MS = 30_000
const NODES = ['n1', 'n2', 'n3']

let underTest: StoreUnderTest[]
let stores: string[]
let history: HistoryRecord[]
let fleet: Map<string, CandidateProcess>
let started: number

beforeEach(async () => {
  underTest = await storesUnderTest(3)
  stores = underTest.map(({ url }) => url)
  history = []
  fleet = new Map()
  started = 0
})

afterEach(async () => {
  for (const each of fleet.values()) each.kill()
  await Promise.all([...fleet.values()].map(({ exited }) => exited))
  await Promise.all(underTest.map(({ dispose }) => dispose()))
})

interface Configuration {
  /** How many moves are over. */
  generation: number
  /** The store, and during a move the next one. */
  urls: string[]
}

function start(node: string, { generation, urls }: Configuration): void {
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', service, node, String(generation), ...urls], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TTL_MS: String(TTL_MS) },
  })
  fleet.set(node, new CandidateProcess(`${node}#${++started}`, child, history))
}

/** A node that finds that the others have moved on ends by itself, and says so. */
async function terminate(node: string): Promise<void> {
  const candidate = fleet.get(node)!
  candidate.terminate()
  if ((await candidate.exited) === 1) expect(candidate.stderr).toContain('the fleet has moved on')
}

/** The process that leads, if one does. */
function leader(): string | undefined {
  const last = history.findLast(({ event }) => event === 'elected' || event === 'lost' || event === 'killed')
  return last?.event === 'elected' ? last.process : undefined
}

async function somebodyLeads(): Promise<void> {
  await until('somebody leads', () => leader() !== undefined, PATIENCE_MS)
}

/** Restarts one node after the other with the next configuration, while the leader crashes in the middle. */
async function roll(before: Configuration | undefined, after: Configuration): Promise<void> {
  for (const [i, node] of NODES.entries()) {
    if (before) await terminate(node)
    start(node, after)
    await somebodyLeads()
    if (!before || i !== 1) continue
    const victim = leader()!.split('#')[0]!
    fleet.get(victim)!.kill()
    await fleet.get(victim)!.exited
    start(victim, NODES.indexOf(victim) <= i ? after : before)
    await somebodyLeads()
  }
}

test('a fleet moves over three stores with never two leaders, and tokens that only rise', async () => {
  const [a, b, c] = stores as [string, string, string]
  const configurations: Configuration[] = [
    { generation: 1, urls: [a] },
    { generation: 1, urls: [a, b] },
    { generation: 2, urls: [b] },
    { generation: 2, urls: [b, c] },
    { generation: 3, urls: [c] },
  ]
  for (const [i, configuration] of configurations.entries()) await roll(configurations[i - 1], configuration)
  for (const node of NODES) await terminate(node)
  const { violations, terms } = judge(history, { recoveryMs: Infinity, endMs: monotonicMs() })
  expect(violations).toEqual([])
  const generations = history.flatMap((one) => (one.event === 'elected' ? [Number(one.token >> 64n)] : []))
  expect(new Set(generations)).toEqual(new Set([1, 2, 3]))
  console.log(`${terms} terms over ${configurations.length} configurations`)
})

test('a node that was forgotten on the old store does not lead again', async () => {
  const [a, b] = stores as [string, string]
  start('n1', { generation: 1, urls: [a, b] })
  await somebodyLeads()
  start('n2', { generation: 2, urls: [b] })
  await terminate('n1')
  await until('the moved one leads', () => leader()?.startsWith('n2') === true, PATIENCE_MS)
  start('n1', { generation: 1, urls: [a, b] })
  await terminate('n2')
  const forgotten = fleet.get('n1')!
  expect(await forgotten.exited).toBe(1)
  expect(forgotten.stderr).toContain('the fleet has moved on to generation 2')
  expect(history.filter(({ process, event }) => process === forgotten.name && event === 'elected')).toEqual([])
})
