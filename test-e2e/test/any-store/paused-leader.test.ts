import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connect, Election } from '@eldest/core'
import { expect, test } from 'vitest'
import { storeUnderTest } from '../../src/store-under-test.js'
import { pause } from '../../src/waiting.js'

test('a leader that was stopped for 2.5 TTL knows at its first look, and the store refuses its write', async () => {
  const { url, ttlMs, dispose } = await storeUnderTest()
  const service = fileURLToPath(new URL('../../src/paused-leader.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', service, url, String(ttlMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>
  const store = await connect(url)
  try {
    expect(await nextLine()).toEqual({ event: 'elected' })
    const successor = new Election(store, 'paused', { ttlMs }).campaign()
    await pause(100)
    child.kill('SIGSTOP')
    const leadership = await successor
    await pause(1.5 * ttlMs)
    child.kill('SIGCONT')
    const woke = await nextLine()
    expect(woke).toEqual({ event: 'woke', remainingMs: 0, aborted: true, refused: true, put: 'GUARD_FAILED' })
    expect(await store.get('paused/cursor')).toBeUndefined()
    await leadership.resign()
    expect(await exited).toBe(0) // and it ends by itself: nothing was left open
  } finally {
    child.kill('SIGKILL')
    await store.close()
    await dispose()
  }
})
