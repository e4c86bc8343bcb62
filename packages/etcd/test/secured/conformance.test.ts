import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../../src/harness.js'
import { address, freshNamespace } from '../etcd-servers.js'
import { keysOf, userWith } from './administrator.js'

// What `policy(namespace)` gives.
const namespace = freshNamespace()
const { user, password } = await userWith(keysOf(namespace))
const authority = `${user}:${password}@${address('ETCD_USERS_PORT')}`
const harness = await createHarness(`etcd://${authority}/${namespace}?requestTimeoutMs=2000`)

describe(`the ${harness.name} store with the least rights`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
