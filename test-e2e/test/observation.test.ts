import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { CandidateProcess } from '../src/candidate-process.js'
import { eldest, startEldest } from '../src/eldest-command.js'
import { until } from '../src/waiting.js'

interface Observed {
  leader: { id: string; value?: unknown } | null
  candidates: { id: string; place: number; fencingToken: string }[]
}

test('an observer sees the leader, the line of succession and what they publish, and ends by SIGTERM with 0', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'eldest-observe-'))
  const store = ['--store', `local:${join(folder, 'store.lmdb')}`]
  const observer = startEldest(['observe', 'watched', '--json', ...store])
  const seen: Observed[] = []
  createInterface(observer.stdout!).on('line', (line) => seen.push(JSON.parse(line) as Observed))
  const lineIs = (...ids: string[]) =>
    until(
      `the line is ${ids.join()}`,
      () =>
        seen
          .at(-1)
          ?.candidates.map(({ id }) => id)
          .join() === ids.join(),
    )
  try {
    await lineIs()
    const start = (id: string, value: string) =>
      new CandidateProcess(id, ['watched', '--id', id, '--value', value, ...store], [])
    const ada = start('ada', '{"url":"http://ada"}')
    await lineIs('ada')
    const ben = start('ben', '"plain"')
    await lineIs('ada', 'ben')
    expect(seen.at(-1)!.leader).toMatchObject({ id: 'ada', value: { url: 'http://ada' } })
    const table = await eldest(['candidates', 'watched', ...store])
    expect(table.stdout).toMatch(/1 leads.*ada[^]*2 .*ben.*"plain"/)
    ada.terminate()
    await lineIs('ben')
    ben.terminate()
    await lineIs()
    expect(await Promise.all([ada.exited, ben.exited])).toEqual([0, 0])
    const exited = new Promise((resolve) => observer.once('close', resolve))
    observer.kill('SIGTERM')
    expect(await exited).toBe(0)
  } finally {
    observer.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
})
