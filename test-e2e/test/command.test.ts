import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HistoryRecord } from '@eldest/simulator'
import { CandidateProcess } from '../src/candidate-process.js'
import { eldest } from '../src/eldest-command.js'
import { until } from '../src/waiting.js'

let folder = ''
let store = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eldest-command-'))
  store = `local:${join(folder, 'store.lmdb')}`
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a wrong command line exits 2 with one line that names the value', () => {
  const wrong: [string, string[], RegExp][] = [
    ['an unknown command', ['elect'], /unknown command 'elect'/],
    ['a missing election', ['campaign'], /missing required argument/],
    ['an empty election name', ['campaign', ''], /empty/],
    ['an over-long election name', ['campaign', 'x'.repeat(201)], /too long/],
    ['a control character in a name', ['campaign', 'a\u0007b'], /U\+0007/],
    ['an empty id', ['campaign', 'x', '--id', ''], /empty/],
    ['a TTL without a unit', ['campaign', 'x', '--ttl', '15'], /15s/],
    ['a TTL below the minimum of the store', ['campaign', 'x', '--ttl', '1ms'], /ttlMs is 1/],
    ['a value that is not JSON', ['campaign', 'x', '--value', '{a'], /not JSON/],
    ['an unknown scheme', ['candidates', 'x', '--store', 'raft:here'], /npm install @eldest\/raft/],
    ['a URL without a scheme', ['candidates', 'x', '--store', 'here'], /scheme/],
    ['a local URL without a path', ['candidates', 'x', '--store', 'local:'], /path/],
    ['an unknown option in the URL', ['candidates', 'x', '--store', 'local:./x?colour=red'], /colour/],
    ['run without a command', ['run', 'x'], /command/],
  ]
  test.each(wrong)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await eldest(args, { env: { ELDEST_STORE: store } })
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('a store that cannot be used exits 1 with one line', () => {
  const refused = async (args: string[], message: RegExp, options: Parameters<typeof eldest>[1] = {}) => {
    const { code, stdout, stderr } = await eldest(args, options)
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  }

  test('a file that is not LMDB', async () => {
    const path = join(folder, 'notes.txt')
    await writeFile(path, 'these are notes, not a store')
    await refused(['candidates', 'x', '--store', `local:${path}`], /notes\.txt/)
  })

  test('a path that is a folder', () => refused(['candidates', 'x', '--store', `local:${folder}`], /folder/))

  test('a folder that may not be written, and nothing is left in it', async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o755 })
    const uid = process.getuid?.() === 0 ? 65534 : undefined // root is refused nothing
    await chmod(folder, 0o755) // let that user pass to the folder in question
    if (uid === undefined) await chmod(closed, 0o555)
    await refused(
      ['candidates', 'x', '--store', `local:${join(closed, 'store.lmdb')}`],
      /ACCESS_DENIED/,
      uid === undefined ? {} : { uid },
    )
    expect(await readdir(closed)).toEqual([])
  })

  test('nobody of that id to evict', () => refused(['evict', 'x', 'nobody', '--store', store], /no candidate nobody/))
})

describe('names of every kind', () => {
  const names = ['a/b', '..', '.', '100%', 'two words', 'grün', '🦉', '_']
  test.each(names)('%s is an election of its own', async (name) => {
    const history: HistoryRecord[] = []
    const candidate = new CandidateProcess('a', [name, '--store', store, '--id', name], history)
    await until('elected', () => history.some(({ event }) => event === 'elected'))
    const { stdout } = await eldest(['candidates', name, '--json', '--store', store])
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual([name])
    candidate.terminate()
    expect(await candidate.exited).toBe(0)
    expect(history.at(-1)?.event).toBe('resigned')
  })
})

test('evict makes the leader step down, the next one leads, and the evicted one stands at the back', async () => {
  const history: HistoryRecord[] = []
  const start = (id: string) =>
    new CandidateProcess(id, ['evicted', '--store', store, '--id', id, '--ttl', '3s'], history)
  const ada = start('ada')
  await until('ada leads', () => history.some(({ process, event }) => process === 'ada' && event === 'elected'))
  const ben = start('ben')
  await until('ben waits', () => history.some(({ process, event }) => process === 'ben' && event === 'standby'))
  const outcome = await eldest(['evict', 'evicted', 'ada', '--store', store, '--json'])
  expect(JSON.parse(outcome.stdout)).toMatchObject({ event: 'evicted', id: 'ada' })
  await until('ada waits again', () => history.filter(({ process }) => process === 'ada').at(-1)?.event === 'standby')
  await until('ben leads', () => history.some(({ process, event }) => process === 'ben' && event === 'elected'))
  const lost = history.find(({ event }) => event === 'lost')
  const elected = history.find(({ process, event }) => process === 'ben' && event === 'elected')
  expect(lost).toMatchObject({ process: 'ada', reason: 'evicted' })
  expect(lost!.atMs).toBeLessThan(elected!.atMs)
  ada.terminate()
  ben.terminate()
  expect(await Promise.all([ada.exited, ben.exited])).toEqual([0, 0])
})

test('doctor finds a healthy store healthy, as lines and as JSON', async () => {
  expect((await eldest(['doctor', '--store', store])).code).toBe(0)
  const { code, stdout } = await eldest(['doctor', '--json', '--store', store])
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { ok: boolean })
  expect(code).toBe(0)
  expect(findings.length).toBeGreaterThan(8)
  expect(findings.every(({ ok }) => ok)).toBe(true)
})

test('installing this repository links the command, before anything is built', async () => {
  const linked = fileURLToPath(new URL('../../node_modules/.bin/eldest', import.meta.url))
  expect(await readFile(linked, 'utf8')).toMatch(/^#!.*node\n/)
  const { code, stdout } = await eldest(['--version'], { main: linked })
  expect({ code, stdout: stdout.trim() }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
  })
})

test('every command explains itself', async () => {
  for (const command of ['campaign', 'run', 'observe', 'candidates', 'evict', 'doctor', 'conformance', 'demo']) {
    const { code, stdout } = await eldest([command, '--help'])
    expect({ command, code }).toEqual({ command, code: 0 })
    expect(stdout).toMatch(/--json/)
  }
})
