import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../src/harness.js'
import { address, freshNamespace } from './etcd-servers.js'

const harness = await createHarness(`etcd://${address('ETCD_PORT')}/${freshNamespace()}`)

describe(`the ${harness.name} store`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
