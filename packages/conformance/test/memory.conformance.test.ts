import { afterAll, describe, test } from 'vitest'
import { conformance } from '../src/index.js'
import { memoryHarness } from './memory-harness.js'

const harness = memoryHarness()

describe(`the ${harness.name} store`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, harness })
})
