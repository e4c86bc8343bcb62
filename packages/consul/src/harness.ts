import { type Harness, networkHarness } from '@eldest/conformance'
import { Requests } from '@eldest/core/adapter'
import { adapter } from './consul-adapter.js'
import { openConsulClient } from './consul-client.js'
import { ConsulHost } from './consul-host.js'
import { consulSettings, parseConsulUrl } from './consul-options.js'
import { destroySession } from './consul-session.js'
import { ConsulStore } from './consul-store.js'

/** The agents that a `consul:` URL names, for the conformance suite. */
export async function createHarness(url: string): Promise<Harness> {
  const options = parseConsulUrl(url)
  const settings = consulSettings(options)
  const hosts = settings.hosts.map(
    (host) => new ConsulHost(openConsulClient(host, settings.tls), settings.token, settings.clock),
  )
  const requests = new Requests({ ...settings, hosts })
  const store = await ConsulStore.open(options)
  const { minTtlMs } = store.capabilities
  await store.close()
  return networkHarness({
    name: 'consul',
    url,
    defaultPort: 8500,
    adapters: [adapter],
    ttlMs: Math.max(1500, minTtlMs),
    endSession: (id) => destroySession(requests, id),
    isWrite: (chunk) => chunk.includes('PUT /v1/txn'),
    dispose: () => hosts.forEach((host) => host.close()),
  })
}
