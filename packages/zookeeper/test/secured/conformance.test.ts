import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../../src/harness.js'
import { address } from '../zookeeper-servers.js'
import { freshUser, namespaceFor } from './administrator.js'

// What `policy(chroot)` gives.
const user = freshUser()
const chroot = await namespaceFor('cr', user)
const authority = `${user.user}:${user.password}@${address('ZOOKEEPER_ACL_PORT')}`
const harness = await createHarness(`zookeeper://${authority}/${chroot}?requestTimeoutMs=2000`)

describe(`the ${harness.name} store with the least rights`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
