import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { localHarness } from './local-harness.js'

const harness = localHarness()

describe(`the ${harness.name} store`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, harness })
})
