import type { ServerCluster } from './server-cluster.js'

/** What an operator does to servers that are well, and that no client should notice. */
export interface Maintenance {
  kind: string
  carryOut: () => Promise<void>
}

/** Of etcd alone: neither ZooKeeper nor Consul 1.8 has a command for any of these. */
export function maintenanceOf(cluster: ServerCluster): Maintenance[] {
  if (cluster.backend !== 'etcd') return []
  return [
    { kind: "the store's leader changed", carryOut: () => moveLeader(cluster) },
    { kind: 'history compacted, servers defragmented', carryOut: () => compact(cluster) },
  ]
}

async function moveLeader(cluster: ServerCluster): Promise<void> {
  const leader = await cluster.leader()
  if (leader === undefined) return
  const members = (await cluster.on(leader, 'etcdctl', 'member', 'list')).trim().split('\n')
  const follower = members.map((line) => line.split(', ')).find(([, , name]) => name !== leader)!
  await cluster.on(leader, 'etcdctl', 'move-leader', follower[0]!)
}

async function compact(cluster: ServerCluster): Promise<void> {
  const node = cluster.nodes[0]!
  const status = await cluster.on(node, 'etcdctl', 'endpoint', 'status', '-w', 'json')
  const [{ Status }] = JSON.parse(status) as [{ Status: { header: { revision: number } } }]
  await cluster.on(node, 'etcdctl', 'compact', String(Status.header.revision))
  for (const each of cluster.nodes) await cluster.on(each, 'etcdctl', 'defrag')
}

/** How an operator ends a session of somebody else. ZooKeeper knows no such command. */
export function sessionEnderOf(cluster: ServerCluster): ((session: string) => Promise<unknown>) | undefined {
  const node = cluster.nodes[0]!
  if (cluster.backend === 'etcd') return (session) => cluster.on(node, 'etcdctl', 'lease', 'revoke', session)
  if (cluster.backend !== 'consul') return undefined
  const { host, port } = cluster.hosts[0]!
  return (session) => fetch(`http://${host}:${port}/v1/session/destroy/${session}`, { method: 'PUT' })
}
