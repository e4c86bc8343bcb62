import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { HistoryRecord } from '@eldest/simulator'
import { expect, test } from 'vitest'
import { judgedSoFar } from '../../src/judged-so-far.js'
import { ProtectedResource } from '../../src/protected-resource.js'
import { storeUnderTest } from '../../src/store-under-test.js'
import { until } from '../../src/waiting.js'

const service = fileURLToPath(new URL('../../src/careless-service.ts', import.meta.url))
const PATIENCE_MS = 60_000

/** The elder of two leads and is stopped until the younger has led; then it goes on as if nothing had happened. */
async function pauseTheLeader(resource: ProtectedResource): Promise<void> {
  const { url, ttlMs, dispose } = await storeUnderTest()
  const start = (id: string) =>
    spawn(process.execPath, ['--import', 'tsx', service, url, resource.url, id, String(ttlMs)], { stdio: 'inherit' })
  const wrote = (id: string) => () => resource.accepted.some(({ writer }) => writer === id)
  const elder = start('elder')
  const processes = [elder]
  try {
    await until('the elder writes', wrote('elder'), PATIENCE_MS)
    processes.push(start('younger'))
    elder.kill('SIGSTOP')
    await until('the younger writes', wrote('younger'), PATIENCE_MS)
    const written = resource.accepted.length + resource.refused.length
    elder.kill('SIGCONT')
    const both = () => resource.refused.length + resource.overlaps.length > 0
    await until('the elder writes again', both, PATIENCE_MS)
    await until(
      'both have written',
      () => resource.accepted.length + resource.refused.length > written + 5,
      PATIENCE_MS,
    )
  } finally {
    const exited = processes.map((each) => new Promise((resolve) => each.once('close', resolve)))
    for (const each of processes) each.kill('SIGKILL')
    await Promise.all(exited)
    await dispose()
  }
}

test('a resource that compares fencing tokens takes no write of a deposed leader', async () => {
  const history: HistoryRecord[] = []
  const resource = await ProtectedResource.listen({ fencing: true, history })
  try {
    await pauseTheLeader(resource)
    expect(judgedSoFar(history)).toEqual([])
    expect(new Set(resource.refused.map(({ writer }) => writer))).toEqual(new Set(['elder']))
  } finally {
    await resource.close()
  }
})

test('a resource that does not compare them takes writes of two leaders, which is how the test above can fail', async () => {
  const history: HistoryRecord[] = []
  const resource = await ProtectedResource.listen({ fencing: false, history })
  try {
    await pauseTheLeader(resource)
    const promises = judgedSoFar(history).map(({ promise }) => promise)
    expect(new Set(promises)).toEqual(new Set(['guarded writes']))
    expect(resource.refused).toEqual([])
  } finally {
    await resource.close()
  }
})
