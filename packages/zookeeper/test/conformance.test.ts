import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../src/harness.js'
import { address, freshNamespace } from './zookeeper-servers.js'

const harness = await createHarness(`zookeeper://${address('ZOOKEEPER_PORT')}/${freshNamespace()}`)

describe(`the ${harness.name} store`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
