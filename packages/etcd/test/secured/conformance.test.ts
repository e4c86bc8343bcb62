import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../../src/harness.js'
import { address, variable } from '../etcd-servers.js'

// The rights of user `eldest` are those of `policy('eldest')`: docker/etcd/users.sh.
const user = `eldest:${variable('ETCD_ELDEST_PASSWORD')}`
const harness = await createHarness(`etcd://${user}@${address('ETCD_USERS_PORT')}/eldest?requestTimeoutMs=2000`)

describe(`the ${harness.name} store with the least rights`, () => {
  afterAll(() => harness.dispose())
  conformance({ test, concurrent: test.concurrent, harness })
})
