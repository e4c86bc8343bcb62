import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onAbort } from '@eldest/core/adapter'
import { crowdKinds } from '../../crowds/index.js'
import { Gauge } from '../../gauge.js'
import type { Bench, Figure, Row, Scenario } from '../../scenario.js'
import { serverOf, urlOf } from '../../servers.js'
import { attempt, isFailed } from '../attempt.js'
import { freshNamespace } from '../gathering.js'
import { type Leading, type Led, READY } from './leading.js'

const SIZES = { full: [1, 100, 10_000], quick: [1, 100] }
const WATCHED_MS = { full: 15_000, quick: 5000 }
const LIMIT_MS = { full: 400_000, quick: 40_000 }
const TTL_MS = 15_000

/** What it costs to lead and do nothing else. */
export const steady: Scenario = {
  name: 'steady',
  title: 'Steady state: leading many elections in one process',
  about:
    'A process of its own leads so many elections, with sessions of 15 s, and does nothing else. Requests at the ' +
    'server: one renewal each third of a TTL is 0.2 requests/s. CPU in percent of a core; memory (heap and buffers) an ' +
    'election; open files, sockets included.',
  async run(bench) {
    const contenders = [
      { store: 'local' as const, contender: 'Eldest' },
      ...crowdKinds.filter(({ role }) => role !== 'floor').map(({ store, contender }) => ({ store, contender })),
    ]
    const rows: Row[] = []
    for (const size of bench.quick ? SIZES.quick : SIZES.full) {
      bench.signal.throwIfAborted()
      // All at once: they wait nearly all of the time, and are told their own CPU time.
      const found = await Promise.all(contenders.map(({ store, contender }) => watch(bench, store, contender, size)))
      rows.push(...found)
    }
    return rows
  },
}

async function watch(bench: Bench, store: Leading['store'], contender: string, elections: number): Promise<Row> {
  const [limitMs, watchedMs] = bench.quick ? [LIMIT_MS.quick, WATCHED_MS.quick] : [LIMIT_MS.full, WATCHED_MS.full]
  const leading = { store, contender, namespace: freshNamespace(), elections, ttlMs: TTL_MS, watchedMs }
  const led = await attempt(limitMs, bench.signal, (signal) => lead(leading, signal))
  bench.progress(`${elections} on ${store}, ${contender}: ${JSON.stringify(led)}`)
  const figures: Record<string, Figure> = isFailed(led)
    ? { 'requests/s': led }
    : {
        'requests/s': 'requests' in led ? led.requests : 'none',
        'CPU, %': led.cpuPercent,
        // Of a single one the noise of the heap is the larger part.
        ...(elections > 1 && { 'memory, KiB an election': led.memoryKiB }),
        'open files': led.files,
        timers: led.timers,
      }
  return { store, contender: `${contender}, ${elections} election${elections > 1 ? 's' : ''}`, figures }
}

async function lead(leading: Omit<Leading, 'url' | 'server'>, signal: AbortSignal) {
  const { store, namespace, watchedMs } = leading
  if (store === 'local') {
    const folder = await mkdtemp(join(tmpdir(), 'eldest-bench-'))
    try {
      const at = { url: `local:${folder}/store`, server: { host: '', port: 0 } }
      return await runProgram({ ...leading, ...at }, signal, () => undefined)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  const gauge = await Gauge.listen(store, serverOf(store))
  try {
    const at = { url: urlOf(store, gauge.server, namespace), server: gauge.server }
    let before = 0
    const led = await runProgram({ ...leading, ...at }, signal, () => (before = gauge.passed.requests))
    return { ...led, requests: (gauge.passed.requests - before) / (watchedMs / 1000) }
  } finally {
    await gauge.close()
  }
}

/** Calls back when the program begins to be watched. */
async function runProgram(leading: Leading, signal: AbortSignal, onReady: () => void): Promise<Led> {
  const program = fileURLToPath(new URL('program.ts', import.meta.url))
  const args = ['--expose-gc', '--import', 'tsx', program, JSON.stringify(leading)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const unlink = onAbort(signal, () => child.kill('SIGKILL'))
  try {
    return await answerOf(child, onReady)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    unlink()
    child.kill('SIGKILL')
  }
}

async function answerOf(child: ChildProcess, onReady: () => void): Promise<Led> {
  let complaint = ''
  child.stderr!.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-10_000)))
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line === READY) onReady()
    else return JSON.parse(line) as Led
  }
  await ended
  const said = /^\w*Error.*$/m.exec(complaint)?.[0]
  throw new Error(said ?? `it ended with ${child.signalCode ?? child.exitCode}`)
}
