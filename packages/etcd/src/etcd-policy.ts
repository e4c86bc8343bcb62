import { assertKey } from '@eldest/core/adapter'
import { EtcdSpace } from './etcd-space.js'

/**
 * The rights that elections in a namespace need and no more, as commands of `etcdctl`: to read and write the keys of
 * the namespace. Leases need no right, but to end one needs write on all its keys.
 */
export function policy(namespace = ''): string {
  if (namespace !== '') assertKey(namespace, 'namespace')
  const { key, range_end } = new EtcdSpace(namespace).beneath('')
  const range = namespace === '' ? `--prefix ''` : `${key.toString()} ${range_end.toString()}`
  const role = namespace === '' ? 'eldest' : namespace.replaceAll('/', '-')
  return `# Grants user "${role}" what elections ${namespace === '' ? 'on raw keys' : `in the namespace "${namespace}"`} need: to read and write ${namespace === '' ? 'all keys' : `the keys from ${key.toString()} up to ${range_end.toString()}`}.
etcdctl role add ${role}
etcdctl role grant-permission ${role} readwrite ${range}
etcdctl user add ${role}
etcdctl user grant-role ${role} ${role}
`
}
