import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { storeUnderTest } from '../../src/store-under-test.js'

const program = fileURLToPath(new URL('../../../examples/active-passive.mjs', import.meta.url))

async function printed(url: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--unhandled-rejections=strict',
    program,
    url,
  ])
  expect(stderr).toBe('')
  return stdout
}

test('the same program prints the same lines on this store as on memory:', async () => {
  const { url, dispose } = await storeUnderTest()
  try {
    const lines = await printed(url)
    expect(lines).toBe(await printed('memory:'))
    expect(lines.trim().split('\n')).toHaveLength(8)
  } finally {
    await dispose()
  }
})
