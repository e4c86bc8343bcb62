import type { Adapter } from '@eldest/core'

/** The adapters that come along, each loaded only when a URL asks for it: their clients take up to a tenth of a second. */
const LOADERS: Readonly<Record<string, () => Promise<{ adapter: Adapter }>>> = {
  local: () => import('@eldest/local'),
  etcd: () => import('@eldest/etcd'),
  consul: () => import('@eldest/consul'),
  zookeeper: () => import('@eldest/zookeeper'),
}

/** The adapters at hand for a URL: one, or none, and then `connect` looks for an installed package. */
export async function adaptersFor(url: string): Promise<Adapter[]> {
  const scheme = /^[a-z]+/.exec(url)?.[0] ?? ''
  const load = LOADERS[scheme] ?? LOADERS[scheme.replace(/s$/, '')] // etcds, consuls: the same with TLS
  return load ? [(await load()).adapter] : []
}
