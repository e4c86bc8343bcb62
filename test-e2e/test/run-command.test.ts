import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eldest, startEldest } from '../src/eldest-command.js'
import { until } from '../src/waiting.js'

let folder = ''
let store = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eldest-run-'))
  store = `local:${join(folder, 'store.lmdb')}`
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Writes the moment to its file every 10 ms, the first one to another, and does not mind being asked to stop. */
const STUBBORN = `
  const { renameSync, writeFileSync } = require('node:fs')
  const [, mark] = process.argv
  // Killed in the middle of writing, it would leave half a file.
  const write = (file) => {
    writeFileSync(mark + '.new', process.pid + ' ' + process.hrtime.bigint())
    renameSync(mark + '.new', file)
  }
  process.on('SIGTERM', () => write(mark + '.term'))
  write(mark + '.first')
  setInterval(() => write(mark), 10)`

const start = (election: string, id: string, command: string[], ttl = '2s'): ChildProcess =>
  startEldest(['run', election, '--store', store, '--id', id, '--ttl', ttl, '--', ...command])

const stubborn = (mark: string) => [process.execPath, '-e', STUBBORN, mark]

async function readMark(mark: string): Promise<{ pid: number; atMs: number } | undefined> {
  const text = await readFile(mark, 'utf8').catch(() => '')
  const [pid, ns] = text.split(' ')
  return ns ? { pid: Number(pid), atMs: Number(BigInt(ns)) / 1e6 } : undefined
}

async function isBeating(mark: string): Promise<boolean> {
  return (await readMark(mark)) !== undefined
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('close', resolve))

test('the command gets election, id and token, and its exit code is ours', async () => {
  const script = 'echo $ELDEST_ELECTION $ELDEST_ID $ELDEST_FENCING_TOKEN; exit 7'
  const { code, stdout } = await eldest(['run', 'env', '--store', store, '--id', 'ada', '--', 'bash', '-c', script])
  expect(stdout).toMatch(/^env ada \d+\n$/)
  expect(code).toBe(7)
})

test('a command that is not there is refused with 127 before standing for election', async () => {
  const { code, stderr } = await eldest(['run', 'absent', '--store', store, '--', 'no-such-command'])
  expect(stderr).toBe('eldest: command not found or not executable: no-such-command\n')
  expect(code).toBe(127)
})

test('--restart campaigns again when the command has ended', async () => {
  const log = join(folder, 'restarts')
  const args = ['run', 'restart', '--restart', '--store', store, '--', 'bash', '-c', `echo x >> ${log}`]
  const child = startEldest(args)
  const exited = exitOf(child)
  await until('three runs', async () => (await readFile(log, 'utf8').catch(() => '')).length >= 6)
  child.kill('SIGTERM')
  await exited
})

test('SIGTERM is passed on, and the next one leads when the command has ended', async () => {
  const first = start('term', 'ada', ['bash', '-c', 'trap "exit 3" TERM; while :; do sleep 0.05; done'])
  const exited = exitOf(first)
  const leads = new Promise<void>((resolve) => first.stderr!.once('data', () => resolve()))
  await leads
  const mark = join(folder, 'term-next')
  const second = start('term', 'ben', ['bash', '-c', `echo led > ${mark}`])
  const secondExited = exitOf(second)
  await until(
    'the first command runs',
    async () => (await eldest(['candidates', 'term', '--json', '--store', store])).stdout.split('\n').length > 2,
  )
  first.kill('SIGTERM')
  expect(await exited).toBe(3)
  expect(await secondExited).toBe(0)
  expect(await readFile(mark, 'utf8')).toBe('led\n')
})

const disasters: [string, NodeJS.Signals][] = [
  ['killed', 'SIGKILL'],
  ['stopped', 'SIGSTOP'],
]
test.each(disasters)(
  'when eldest itself is %s, its command is dead before the next one leads',
  async (what, signal) => {
    const mark = join(folder, `${what}-first`)
    const first = start(what, 'ada', stubborn(mark))
    await until('the first command beats', () => isBeating(mark))
    const { pid } = (await readMark(mark))!
    const nextMark = join(folder, `${what}-next`)
    const second = start(what, 'ben', stubborn(nextMark))
    await until('the second one waits', async () =>
      (await eldest(['candidates', what, '--json', '--store', store])).stdout.includes('"ben"'),
    )
    first.kill(signal)
    await until('the next one leads', () => isBeating(nextMark))
    expect(isAlive(pid)).toBe(false)
    const [last, next] = [(await readMark(mark))!, (await readMark(`${nextMark}.first`))!]
    expect(last.atMs).toBeLessThan(next.atMs)
    expect((await readMark(`${mark}.term`))!.atMs).toBeLessThan(next.atMs) // it had been asked first
    first.kill('SIGKILL')
    const exited = exitOf(second)
    second.kill('SIGTERM')
    await exited
  },
)

test('when the guardian is killed, the command ends too', async () => {
  const mark = join(folder, 'guardian')
  const first = start('guardian', 'ada', stubborn(mark))
  const exited = exitOf(first)
  await until('the command beats', () => isBeating(mark))
  const { pid } = (await readMark(mark))!
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  process.kill(Number(/^PPid:\s+(\d+)$/m.exec(status)![1]), 'SIGKILL')
  await until('the command is gone', () => !isAlive(pid))
  expect(await exited).toBe(137)
})

test('what the command leaves running in its group ends with it', async () => {
  const mark = join(folder, 'orphan')
  await writeFile(join(folder, 'orphan.cjs'), STUBBORN)
  const script = `"${process.execPath}" -e "$(cat ${join(folder, 'orphan.cjs')})" ${mark} & while [ ! -s ${mark} ]; do sleep 0.02; done`
  const { code } = await eldest(['run', 'orphan', '--store', store, '--', 'bash', '-c', script])
  expect(code).toBe(0)
  const { pid } = (await readMark(mark))!
  await until('the orphan is gone', () => !isAlive(pid))
})
