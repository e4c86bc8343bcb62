import type { Operator } from '../operator.js'
import type { Seed } from '../seed.js'
import { pause } from '../waiting.js'
import type { CandidatePlace } from './candidate-place.js'
import type { ServerCluster, ServerFault } from './server-cluster.js'
import { maintenanceOf, sessionEnderOf } from './server-maintenance.js'

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
export function candidateFaults(place: CandidatePlace, ttlMs: number, seed: Seed): Fault[] {
  return [...processFaults(place, ttlMs, seed), ...networkFaults(place, seed)]
}

/** What may happen to the process of a candidate. */
function processFaults(place: CandidatePlace, ttlMs: number, seed: Seed): Fault[] {
  const fault = (kind: string, most: number, begin: Fault['begin'], end: Fault['end']): Fault => {
    return { kind, scope: place.id, lastsTtls: [0.1, most], begin, end }
  }
  const faults = [
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
  ]
  if (place.kind === 'command') return faults
  const blocks = () => place.process.block(seed.between(0.5, 2.5) * ttlMs)
  return [...faults, { kind: 'event loop blocked', scope: place.id, lastsTtls: [2.5, 3], begin: blocks, end: () => {} }]
}

/** What may happen between a candidate and its servers. */
export function networkFaults({ network, id: scope }: CandidatePlace, seed: Seed): Fault[] {
  const fault = (kind: string, begin: () => void): Fault => {
    return { kind, scope, lastsTtls: [0.1, 3], begin, end: () => network.heal() }
  }
  return [
    fault('network silent', () => network.silence()),
    fault('network silent towards the servers', () => network.silence('toServer')),
    fault('network silent from the servers', () => network.silence('toClient')),
    fault('network cut', () => network.cut()),
    fault('network held', () => network.hold()),
    fault('network slow and lossy', () => network.slow(seed.between(20, 150), 0.05)),
    fault('network flapping', () => network.flap(seed.between(50, 300))),
  ]
}

/** What an operator may do to the leader. While a server has a fault, too, it may not come about. */
export function operatorFaults(operator: Operator, cluster: ServerCluster): Fault[] {
  const fault = (kind: string, begin: () => Promise<void>): Fault => {
    return { kind, scope: 'operator', lastsTtls: [0, 1], begin: () => begin().catch(() => undefined), end: () => {} }
  }
  const endSession = sessionEnderOf(cluster)
  return [
    ...(operator.asks ? [fault('leader evicted', () => operator.evictLeader())] : []),
    fault("leader's key deleted", () => operator.deleteLeadersKey()),
    ...(endSession ? [fault("leader's session ended", () => operator.endLeadersSession(endSession))] : []),
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
    ...maintenanceOf(cluster).map(({ kind, carryOut }) => fault(kind, carryOut, 1)),
  ]
}
