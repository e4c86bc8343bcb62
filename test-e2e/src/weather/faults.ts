import type { Seed } from '../seed.js'
import { pause } from '../waiting.js'
import type { CandidatePlace } from './candidate-place.js'
import type { ServerCluster, ServerFault } from './server-cluster.js'

/** One thing that may go wrong. */
export interface Fault {
  kind: string
  /** Faults of one scope never overlap: a place's id, or the servers. */
  scope: string
  /** How long it lasts, in TTLs, at least and at most. */
  lastsTtls: readonly [number, number]
  begin: () => Promise<void> | void
  end: () => Promise<void> | void
}

/** What may happen to one candidate: to its process, and between it and its servers. */
export function candidateFaults(place: CandidatePlace, seed: Seed): Fault[] {
  const { network, id: scope } = place
  const heal = () => network.heal()
  const fault = (kind: string, most: number, begin: Fault['begin'], end: Fault['end']): Fault => {
    return { kind, scope, lastsTtls: [0.1, most], begin, end }
  }
  return [
    fault(
      'killed',
      1.5,
      () => place.process.kill(),
      () => place.start(),
    ),
    fault(
      'stopped',
      3,
      () => place.process.stop(),
      () => place.process.continue(),
    ),
    fault(
      'terminated',
      1,
      () => place.process.terminate(),
      async () => {
        await place.process.exited
        place.start()
      },
    ),
    fault('network silent', 3, () => network.silence(), heal),
    fault('network cut', 3, () => network.cut(), heal),
    fault('network held', 3, () => network.hold(), heal),
    fault('network slow and lossy', 3, () => network.slow(seed.between(20, 150), 0.05), heal),
    fault('network flapping', 3, () => network.flap(seed.between(50, 300)), heal),
  ]
}

/** What may happen to the servers. */
export function serverFaults(cluster: ServerCluster, ttlMs: number, seed: Seed): Fault[] {
  const fault = (kind: string, begin: Fault['begin'], most = 3): Fault => {
    return { kind, scope: 'servers', lastsTtls: [0.5, most], begin, end: () => cluster.restore() }
  }
  const any = (how: ServerFault) => () => cluster.inflict(how, seed.pick(cluster.nodes))
  const leader = (how: ServerFault) => async () => cluster.inflict(how, (await cluster.leader()) ?? cluster.nodes[0]!)
  return [
    fault('server killed', any('kill')),
    fault('server paused', any('pause')),
    fault('server disconnected', any('disconnect')),
    fault('server isolated from its peers', any('isolate')),
    fault("the store's leader killed", leader('kill')),
    fault("the store's leader paused", leader('pause')),
    fault("the store's leader isolated from its peers", leader('isolate')),
    fault('quorum lost', async () => {
      for (const node of cluster.nodes.slice(0, 2)) await cluster.inflict('pause', node)
    }),
    fault(
      'rolling restart',
      async () => {
        for (const node of cluster.nodes) {
          await cluster.restart(node)
          await pause(ttlMs)
        }
      },
      0.5,
    ),
  ]
}
