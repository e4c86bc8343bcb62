import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eldest, type Outcome, startEldest } from '../src/eldest-command.js'
import { ThirdParty } from '../src/third-party.js'
import { until } from '../src/waiting.js'

let party: ThirdParty
let atParty: { cwd: string }
beforeAll(async () => {
  party = await ThirdParty.install()
  atParty = { cwd: party.folder }
})
afterAll(() => party.remove())

interface Event {
  event: string
}

interface Line {
  case?: string
  ok?: boolean
  error?: { message: string }
  passed?: number
  failed?: number
  notRun?: number
}

function objects({ stdout }: Outcome): Line[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

test('eldest conformance --help says what it does to the store', async () => {
  const { code, stdout } = await eldest(['conformance', '--help'])
  expect(code).toBe(0)
  for (const word of ['conformance-<random>', 'removes', '--harness', '--only', '--json'])
    expect(stdout).toContain(word)
})

describe('eldest conformance passes', () => {
  test('the memory store', async () => {
    const { code, stdout, stderr } = await eldest(['conformance', '--store', 'memory:'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trim().split('\n')
    expect(lines.filter((line) => /^ok {5}.* \(\d+ ms\)$/.test(line)).length).toBeGreaterThan(80)
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed \([\d.]+ s\)$/)
  })

  test('the local store, whose file it removes when it made it', async () => {
    const path = join(party.folder, 'local')
    const outcome = await eldest(['conformance', '--json', '--store', `local:${path}`])
    expect(outcome.code).toBe(0)
    const lines = objects(outcome)
    expect(lines.at(-1)).toMatchObject({ passed: lines.length - 1, failed: 0, notRun: 0 })
    expect((await readdir(party.folder)).filter((name) => name.startsWith('local'))).toEqual([])
  })

  test('an adapter that is installed under its name, with the harness it brings', async () => {
    const { code, stdout } = await eldest(['conformance', '--store', 'file:./found'], atParty)
    expect(code).toBe(0)
    expect(stdout).toMatch(/ 0 failed /)
  })

  test('a part of the suite with a harness that is named', async () => {
    for (const harness of ['./node_modules/@eldest/file/dist/harness.js', '@eldest/file/harness']) {
      const args = ['conformance', '--json', '--store', 'file:./named', '--harness', harness, '--only', 'GUARD']
      const outcome = await eldest(args, atParty)
      expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code: 0, stderr: '' })
      const lines = objects(outcome)
      expect(lines.length).toBeGreaterThan(5)
      for (const line of lines.slice(0, -1)) expect(line.case).toMatch(/guard/i)
    }
  })
})

describe('eldest conformance fails', () => {
  const broken = (change: string) => `
    import { memoryHarness } from '@eldest/conformance'
    import { MemoryStore } from '@eldest/core/memory'
    class Broken extends MemoryStore { ${change} }
    export const createHarness = async () => memoryHarness({ createStore: (client) => new Broken(client) })`

  test('a store that breaks a guarantee, names it, and exits 1', async () => {
    await party.write(
      'broken.mjs',
      broken(`async delete(key, options) { await super.delete(key, options); return true }`),
    )
    const args = ['conformance', '--store', 'broken:', '--harness', './broken.mjs', '--only', 'delete tells|binary']
    const { code, stdout } = await eldest(args, atParty)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^FAILED delete tells whether there was an entry \(\d+ ms\)\n {7}\S/m)
    expect(stdout).toMatch(/^ok {5}values come back/m)
    expect(stdout).toMatch(/^1 passed, 1 failed/m)
  })

  test('a store that leaves rejections and handles, without going down with it', async () => {
    const leaks = `async get(key, options) {
      Promise.reject(new Error('nobody hears of this'))
      setInterval(() => {}, 1000)
      return super.get(key, options)
    }`
    await party.write('leaking.mjs', broken(leaks))
    const args = [
      'conformance',
      '--json',
      '--store',
      'broken:',
      '--harness',
      './leaking.mjs',
      '--only',
      'binary|prefix',
    ]
    const outcome = await eldest(args, atParty)
    expect(outcome.code).toBe(1)
    const lines = objects(outcome)
    const failed = lines.filter((line) => line.ok === false)
    expect(failed.some(({ error }) => error?.message.includes('nobody hears of this'))).toBe(true)
    expect(lines.at(-1)?.failed).toBe(failed.length)
  })
})

describe('before anything runs eldest conformance refuses', () => {
  const refused: [string, string[], number, RegExp][] = [
    ['a URL without a scheme', ['--store', 'here'], 2, /no scheme/],
    ['a scheme without a harness', ['--store', 'raft:here'], 2, /@eldest\/raft\/harness.*--harness/],
    ['an address of the memory store', ['--store', 'memory:x'], 2, /write memory:/],
    ['a local URL without a path', ['--store', 'local:'], 2, /names no file/],
    ['a harness that is not there', ['--store', 'x:', '--harness', './none.js'], 2, /none\.js: there is no such file/],
    ['a package that is not there', ['--store', 'x:', '--harness', 'none-such'], 2, /none-such: there is no such/],
    [
      'a harness that does not load',
      ['--store', 'x:', '--harness', './bad.mjs'],
      2,
      /bad\.mjs cannot be loaded: oh no/,
    ],
    [
      'a module that is no harness',
      ['--store', 'x:', '--harness', './empty.mjs'],
      2,
      /exports no function createHarness/,
    ],
    ['a pattern that is none', ['--store', 'memory:', '--only', '('], 2, /Invalid regular expression/],
    ['a pattern that matches nothing', ['--store', 'memory:', '--only', 'zebra'], 2, /none of the \d+ cases/],
    ['a store that cannot be used', ['--store', 'local:/proc/x'], 1, /\/proc\/x/],
  ]
  test.each(refused)('%s', async (_, args, exitCode, message) => {
    await party.write('bad.mjs', `throw new Error('oh no')`)
    await party.write('empty.mjs', `export const harness = 1`)
    const { code, stdout, stderr } = await eldest(['conformance', ...args], atParty)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
  })
})

test('asked to stop it closes what is open, removes its keys, and tells what it has not run', async () => {
  const folder = join(party.folder, 'stopped')
  const before = await eldest(['evict', 'nothing', 'nobody', '--store', 'file:./stopped'], atParty) // makes the folder
  expect(before.code).toBe(1)
  const child = startEldest(['conformance', '--store', 'file:./stopped'], atParty)
  let stdout = ''
  let stderr = ''
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  await until('some cases have run', () => stdout.split('\n').length > 5)
  child.kill('SIGINT')
  expect(await exited).toBe(130)
  expect(stderr).toMatch(/^eldest: SIGINT: .*\n$/)
  expect(stdout).toMatch(/\n\d+ passed, 0 failed, \d+ not run: stopped by SIGINT \([\d.]+ s\)\n$/)
  const newest = (await readdir(folder)).sort().at(-1)!
  const left = JSON.parse(await readFile(join(folder, newest), 'utf8')) as { sessions: unknown[]; entries: unknown[] }
  expect(left).toEqual({ sessions: [], entries: [] })
})

test('candidates stand in an election on an adapter that is installed under its name', async () => {
  const stand = (id: string) => {
    const args = ['campaign', 'line', '--json', '--store', 'file:./election', '--ttl', '1s', '--id', id]
    const child = startEldest(args, atParty)
    const candidate = { child, events: [] as string[], exited: new Promise((resolve) => child.once('close', resolve)) }
    createInterface(child.stdout!).on('line', (line) => candidate.events.push((JSON.parse(line) as Event).event))
    return candidate
  }
  const ada = stand('ada')
  await until('ada leads', () => ada.events.includes('elected'))
  const ben = stand('ben')
  await until('ben waits', () => ben.events.includes('standby'))
  expect(ben.events).toEqual(['standby'])
  ada.child.kill('SIGKILL')
  await until('ben leads', () => ben.events.includes('elected'))
  ben.child.kill('SIGTERM')
  expect(await ben.exited).toBe(0)
})
