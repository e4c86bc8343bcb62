import { randomBytes } from 'node:crypto'
import { connect, Election, worstCaseFailoverMs } from '@eldest/core'
import { type HistoryRecord, judge, type Judgement } from '@eldest/simulator'
import { Operator } from '../operator.js'
import { ProtectedResource } from '../protected-resource.js'
import type { Seed } from '../seed.js'
import { monotonicMs, pause, until } from '../waiting.js'
import { CandidatePlace } from './candidate-place.js'
import { candidateFaults, type Fault, networkFaults, operatorFaults, serverFaults } from './faults.js'
import { GuardedWrites } from './guarded-writes.js'
import { ServerCluster } from './server-cluster.js'
import { Witness } from './witness.js'

export interface ClusterStormOptions {
  backend: string
  seed: Seed
  ttlMs: number
  durationMs: number
  candidates: number
  onProgress?: (line: string) => void
  /** The file that starts the `eldest` command, of which all candidates are then made. */
  command?: string | undefined
  /** Whether the storm may end before its time. */
  isEnough?: (history: readonly HistoryRecord[]) => boolean
}

export interface ClusterStormReport extends Judgement {
  history: HistoryRecord[]
  faults: Map<string, number>
  boundMs: number
  leftKeys: number
  /** Writes that the protected resource has taken, and refused; those it should have refused. */
  writes: { accepted: number; refused: number; outOfOrder: number }
  /** Writes to the store, guarded by a leadership; those of a leader that had been deposed. */
  guardedWrites: { seen: number; outOfOrder: number }
  witness: string
  stderr: string
}

/** By how much a busy machine may be late beside the computed bound. */
const BUSY_MS = 3000
const PROGRESS_MS = 30_000

/**
 * Random faults of candidates, networks, servers and operators, then calm, then the judgement. One candidate, the witness, only
 * suffers from its network and its servers, so that it lives from the beginning to the end.
 */
export async function clusterStorm(options: ClusterStormOptions): Promise<ClusterStormReport> {
  const { backend, seed, ttlMs, durationMs, candidates, command, onProgress, isEnough } = options
  const cluster = new ServerCluster(backend)
  const history: HistoryRecord[] = []
  const faults = new Map<string, number>()
  const namespace = `storm-${randomBytes(4).toString('hex')}`
  const url = `${backend}://${cluster.hosts.map(({ host, port }) => `${host}:${port}`).join()}/${namespace}`
  await cluster.restore()
  const store = await connect(url)
  const resource = await ProtectedResource.listen({ fencing: true })
  const guarded = new GuardedWrites(store, 'storm-result')
  const boundMs = worstCaseFailoverMs(store.capabilities, ttlMs)
  const places: CandidatePlace[] = []
  const busy = new Map<string, Promise<void>>()
  const disturbed = () => history.push({ atMs: monotonicMs(), process: '', event: 'disturbed' })
  const suffer = async ({ kind, lastsTtls: [least, most], begin, end }: Fault) => {
    faults.set(kind, (faults.get(kind) ?? 0) + 1)
    disturbed()
    try {
      await begin()
      await pause(seed.between(least, most) * ttlMs)
    } finally {
      await end()
      disturbed()
    }
  }
  try {
    for (let i = 1; i <= candidates; i++) {
      const kind = i % 2 === 0 && command === undefined ? 'service' : 'command'
      const common = { cluster, namespace, ttlMs, resource: resource.url, history, command }
      places.push(await CandidatePlace.open(`n${i}`, kind, common))
    }
    const standing = () => new Set(history.map(({ process }) => process)).size === candidates
    await until('all candidates stand', standing, 60_000)
    const witness = new Witness(places[0]!.process)
    const [steady, ...others] = command === undefined ? places : [undefined, ...places]
    const pool = [
      ...(steady ? networkFaults(steady, seed) : []),
      ...others.flatMap((place) => candidateFaults(place!, ttlMs, seed)),
    ]
    const processOf = (id: string) => places.find((place) => place.id === id)!.process.name
    const ids = others.map((place) => place!.id)
    const operator = new Operator({ store, election: 'storm', history, ids, processOf })
    const ofServers = [...serverFaults(cluster, ttlMs, seed), ...operatorFaults(operator, cluster)]
    const startMs = monotonicMs()
    let toldMs = startMs
    while (monotonicMs() - startMs < durationMs && !isEnough?.(history)) {
      await pause(seed.between(0.2, 3) * ttlMs)
      for (const place of places) if (!busy.has(place.id)) place.revive()
      const leader = history.findLast(({ event }) => event === 'elected')?.process.split('#')[0]
      const ofLeader = pool.filter(({ scope }) => scope === leader)
      const die = seed.next()
      const likely = die < 0.25 ? ofServers : die < 0.65 ? ofLeader : pool
      const fault = seed.pick(likely.length > 0 ? likely : pool)
      if (!busy.has(fault.scope)) {
        const over = suffer(fault).finally(() => busy.delete(fault.scope))
        busy.set(fault.scope, over)
        over.catch(() => undefined) // awaited below
      }
      if (monotonicMs() - toldMs < PROGRESS_MS) continue
      toldMs = monotonicMs()
      const elections = history.filter(({ event }) => event === 'elected').length
      const sum = [...faults.values()].reduce((a, b) => a + b, 0)
      onProgress?.(`${Math.round((toldMs - startMs) / 1000)} s: ${elections} elections, ${sum} faults`)
    }
    await Promise.all(busy.values())
    await cluster.restore()
    for (const place of places) place.revive()
    disturbed()
    await pause(boundMs + BUSY_MS) // calm: a leader must exist at the end of it
    const endMs = monotonicMs()
    const grown = witness.report()
    for (const { process } of places) process.terminate()
    await Promise.all(places.map(({ process }) => process.exited))
    const leftKeys = (await new Election(store, 'storm').candidates()).length
    const stderr = places.flatMap(({ past }) => past.map((each) => each.stderr)).join('')
    const judgement = judge(history, { recoveryMs: boundMs + BUSY_MS, endMs })
    const { accepted, refused, overlaps } = resource
    const writes = { accepted: accepted.length, refused: refused.length, outOfOrder: overlaps.length }
    const guardedWrites = { seen: guarded.seen, outOfOrder: guarded.backwards.length }
    return { ...judgement, history, faults, boundMs, leftKeys, writes, guardedWrites, witness: grown, stderr }
  } finally {
    await Promise.allSettled(busy.values())
    await Promise.all(places.map((place) => place.close()))
    await guarded.close()
    await store.close()
    await resource.close()
    await cluster.restore()
  }
}
