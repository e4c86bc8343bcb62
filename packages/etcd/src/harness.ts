import { type Harness, networkHarness } from '@eldest/conformance'
import { Requests } from '@eldest/core/adapter'
import { openEtcdClient } from './etcd-client.js'
import { EtcdHost } from './etcd-host.js'
import { adapter } from './etcd-adapter.js'
import { etcdSettings, parseEtcdUrl } from './etcd-options.js'
import { endSession } from './etcd-session.js'

/**
 * Every write is a transaction, and every one of ours compares a create revision: within the request, the bytes of
 * "target: Create" and of the key that follows (etcd's `rpc.proto`, `Compare`).
 */
const COMPARE_CREATE = Buffer.from([0x10, 0x01, 0x1a])

/** The cluster that an `etcd:` URL names, for the conformance suite. */
export async function createHarness(url: string): Promise<Harness> {
  const settings = etcdSettings(parseEtcdUrl(url))
  const hosts = settings.hosts.map(
    (host) => new EtcdHost({ ...settings, name: host.host, client: openEtcdClient(host, settings.tls) }),
  )
  const requests = new Requests({ ...settings, hosts })
  return networkHarness({
    name: 'etcd',
    url,
    defaultPort: 2379,
    adapters: [adapter],
    ttlMs: 2000,
    endSession: (id) => endSession(requests, id),
    isWrite: (chunk) => chunk.includes(COMPARE_CREATE),
    dispose: () => hosts.forEach((host) => host.close()),
  })
}
