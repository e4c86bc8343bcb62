import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../../src/harness.js'
import { address, variable } from '../zookeeper-servers.js'

const user = `eldest:${variable('ZOOKEEPER_ELDEST_PASSWORD')}`
const harness = await createHarness(`zookeeper://${user}@${address('ZOOKEEPER_ACL_PORT')}/eldest?requestTimeoutMs=2000`)

describe(`the ${harness.name} store with the least rights`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
