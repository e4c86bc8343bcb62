import { expect, test } from 'vitest'
import { coreSize } from '../scenarios/start/core-size.js'

test('the core is below 15 kB gzipped, all entry points together, and needs nothing but Node', async () => {
  const { gzipBytes, dependencies } = await coreSize()
  expect(dependencies).toEqual([])
  expect(gzipBytes).toBeGreaterThan(1000)
  expect(gzipBytes).toBeLessThan(15_000)
})
