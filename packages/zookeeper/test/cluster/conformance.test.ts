import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../../src/harness.js'
import { address, CLUSTER, freshNamespace } from '../zookeeper-servers.js'

const harness = await createHarness(`zookeeper://${address(...CLUSTER)}/${freshNamespace()}?requestTimeoutMs=3000`)

describe(`the ${harness.name} store on three nodes`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
