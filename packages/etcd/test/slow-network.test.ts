import { conformance, TcpProxy } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../src/harness.js'
import { freshNamespace, variable } from './etcd-servers.js'

// Between the suite's own proxies and the server: 50 ms each way, every hundredth chunk 200 ms late.
const network = await TcpProxy.listen({ host: '127.0.0.1', port: Number(variable('ETCD_PORT')) })
network.shape({ delayMs: 50, lossRate: 0.01 })
const url = `etcd://127.0.0.1:${network.port}/${freshNamespace()}?requestTimeoutMs=3000`
// A renewal is two requests, of 100 ms and more each: on a busy machine the shortest TTL leaves too little.
const harness = { ...(await createHarness(url)), ttlMs: 4000 }

describe(`the ${harness.name} store on a slow and lossy network`, () => {
  afterAll(async () => {
    await harness.dispose()
    await network.close()
  })
  conformance({ test, concurrent: test.concurrent, harness })
})
