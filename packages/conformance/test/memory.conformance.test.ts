import { afterAll, describe, test } from 'vitest'
import { conformance, memoryHarness } from '../src/index.js'

const harness = memoryHarness()

describe(`the ${harness.name} store`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
