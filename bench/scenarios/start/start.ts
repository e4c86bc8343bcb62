import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { median } from '../../report/spread.js'
import type { Bench, Row, Scenario } from '../../scenario.js'
import { serverOf } from '../../servers.js'
import { freshNamespace } from '../gathering.js'
import { coreSize } from './core-size.js'
import { Installation } from './installation.js'

const ROUNDS = { full: 20, quick: 2 }

interface Contender {
  store: string
  contender: string
  program: string
  installation: Installation
  processMs: number[]
  electedMs: number[]
}

/** How soon a cold process leads, and what has to be installed for it. */
export const start: Scenario = {
  name: 'start',
  title: 'Start: a cold process until it is elected, and what is installed for it',
  about:
    'From the start of `node` until the program says that it was elected, and from its first import on; medians. ' +
    'Installed from packed packages into an empty folder: files of `node_modules`, packages. The core: all its entry ' +
    'points in one file, minified and gzipped.',
  async run(bench) {
    const installed: Contender[] = []
    try {
      bench.progress('packing and installing')
      const add = async (
        store: string,
        contender: string,
        program: string,
        wanted: Parameters<typeof Installation.of>[0],
      ) => {
        installed.push({
          ...{ store, contender, program, processMs: [], electedMs: [] },
          installation: await Installation.of(wanted),
        })
      }
      await add('none', 'Node alone', 'nothing.mjs', {})
      await add('etcd', 'Eldest', 'eldest.mjs', { ours: ['core', 'etcd'] })
      await add('etcd', "etcd3's Election", 'etcd3.mjs', { others: [`etcd3@${await versionOf('etcd3')}`] })
      const rounds = bench.quick ? ROUNDS.quick : ROUNDS.full
      for (let round = 0; round < rounds; round++) {
        for (const contender of installed) await begin(contender, bench, round)
      }
      const rows: Row[] = []
      for (const { store, contender, installation, processMs, electedMs } of installed) {
        const { kB, packages } = await installation.size()
        const sizes = packages > 0 ? { 'installed, kB': kB, packages } : {}
        const imported = store === 'none' ? {} : { 'import to elected, ms': median(electedMs) }
        rows.push({ store, contender, figures: { 'node to elected, ms': median(processMs), ...imported, ...sizes } })
      }
      const { gzipBytes, dependencies } = await coreSize()
      const figures = { 'gzipped, kB': gzipBytes / 1000, packages: 1 + dependencies.length }
      rows.push({ store: 'any', contender: 'the core of Eldest', figures })
      return rows
    } finally {
      await Promise.all(installed.map(({ installation }) => installation.remove()))
    }
  },
}

async function begin({ installation, program, processMs, electedMs }: Contender, bench: Bench, round: number) {
  const { host, port } = serverOf('etcd')
  const path = await installation.place(program)
  const startMs = performance.now()
  const args = [path, `${host}:${port}`, freshNamespace(), `start-${round}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], signal: bench.signal })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    processMs.push(performance.now() - startMs)
    electedMs.push(Number(line))
  }
  await ended
  if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.signalCode ?? child.exitCode}`)
}

/** The very version that the adapter is tested with. */
async function versionOf(name: string): Promise<string> {
  const manifest = await readFile(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
