import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../../src/harness.js'
import { address, variable } from '../consul-servers.js'

// The rights of this token are those of `policy('eldest')`: docker/consul/tokens.sh.
const token = variable('CONSUL_ELDEST_TOKEN')
// This server keeps Consul's own shortest TTL of 10 s, after which it takes as long again.
const harness = await createHarness(`consul://${token}@${address('CONSUL_ACL_PORT')}/eldest?requestTimeoutMs=2000`)

describe(`the ${harness.name} store with the least rights`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
