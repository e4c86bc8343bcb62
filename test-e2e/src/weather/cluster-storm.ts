import { randomBytes } from 'node:crypto'
import { connect, Election, type ElectionOptions, worstCaseFailoverMs } from '@eldest/core'
import { type HistoryRecord, judge, type Judgement } from '@eldest/simulator'
import type { Programs } from '../candidate-programs.js'
import { ForeignLine } from '../foreign/foreign-line.js'
import type { ForeignTool } from '../foreign/foreign-tool.js'
import { Operator } from '../operator.js'
import { ProtectedResource } from '../protected-resource.js'
import type { Seed } from '../seed.js'
import { monotonicMs, pause } from '../waiting.js'
import { type Fault, operatorFaults, serverFaults } from './faults.js'
import { Fleet } from './fleet.js'
import { GuardedWrites } from './guarded-writes.js'
import { ServerCluster } from './server-cluster.js'
import { Weather } from './weather.js'
import { Witness } from './witness.js'

export interface ClusterStormOptions {
  backend: string
  seed: Seed
  ttlMs: number
  durationMs: number
  candidates: number
  onProgress?: (line: string) => void
  /** Of a mutant: all candidates are then commands, which suffer. */
  programs?: Programs | undefined
  /** Every second candidate is this other tool's, ours are commands, and all stand in its layout. */
  foreign?: ForeignTool | undefined
  /** Whether the storm may end before its time. */
  isEnough?: (history: readonly HistoryRecord[]) => boolean
}

export interface ClusterStormReport extends Judgement {
  history: HistoryRecord[]
  faults: Map<string, number>
  boundMs: number
  /** Elections of another tool's candidates. */
  foreignElections: number
  leftKeys: number
  /** Writes that the protected resource has taken, and refused. */
  writes: { accepted: number; refused: number }
  /** Writes to the store, guarded by a leadership. */
  guardedWrites: number
  /** What the longest-lived process weighed; `undefined` where none was spared. */
  witness: string | undefined
  stderr: string
  /** What could not be mended at the end, or should have lived until then. */
  mishaps: string[]
}

/** By how much a busy machine may be late beside the computed bound. */
const BUSY_MS = 3000
const PROGRESS_MS = 30_000
const ELECTION = 'storm'
const CURSOR = 'storm-result'
/** The keys of dead candidates of another tool may stay for a minute, in which nobody leads: not in a short storm. */
const PATIENT_FROM_MS = 300_000

/**
 * Random faults of candidates, networks, servers and operators, then calm, then the judgement. One candidate, the
 * witness, only suffers from its network and its servers, so that it lives from the beginning to the end.
 */
export async function clusterStorm(options: ClusterStormOptions): Promise<ClusterStormReport> {
  const { backend, seed, ttlMs, durationMs, candidates, programs = {}, foreign, onProgress, isEnough } = options
  const isMutant = options.programs !== undefined
  const cluster = new ServerCluster(backend)
  const history: HistoryRecord[] = []
  const namespace = `storm-${randomBytes(4).toString('hex')}`
  const url = `${backend}://${cluster.hosts.map(({ host, port }) => `${host}:${port}`).join()}/${namespace}`
  await cluster.restore()
  const store = await connect(url)
  const resource = await ProtectedResource.listen({ fencing: true, history })
  const guarded = new GuardedWrites(store, CURSOR, history)
  const boundMs = worstCaseFailoverMs(store.capabilities, ttlMs)
  const layout: ElectionOptions = foreign ? { layout: foreign.layout } : {}
  const weather = new Weather(ttlMs, seed, history)
  let fleet: Fleet | undefined
  try {
    const stand = { url, election: ELECTION, ttlMs }
    const isPatient = durationMs >= PATIENT_FROM_MS
    fleet = await Fleet.open({
      ...{ cluster, namespace, election: ELECTION, ttlMs, history, candidates, isMutant },
      ...{ resource: resource.url, cursor: CURSOR, programs, layout: foreign?.layoutName },
      guests: foreign && new ForeignLine({ tool: foreign, store, stand, history, isPatient }),
    })
    const { places, spared, suffering, guests } = fleet
    const witness = spared && new Witness(spared.process)
    const pool = fleet.faults(ttlMs, seed)
    const processOf = (id: string) => places.find((place) => place.id === id)!.process.name
    const ids = suffering.map(({ id }) => id)
    const operator = new Operator({ store, election: ELECTION, ...layout, history, ids, processOf })
    const ofServers = [...serverFaults(cluster, ttlMs, seed), ...operatorFaults(operator, cluster)]
    const startMs = monotonicMs()
    let toldMs = startMs
    while (monotonicMs() - startMs < durationMs && !isEnough?.(history)) {
      // Another tool's candidates suffer from few kinds, so that more must strike.
      await pause(seed.between(0.2, foreign ? 1.2 : 3) * ttlMs)
      fleet.revive(weather)
      weather.strike(choose(pool, ofServers, history, seed))
      if (monotonicMs() - toldMs < PROGRESS_MS) continue
      toldMs = monotonicMs()
      if (toldMs - startMs > durationMs / 2) witness?.halfTime()
      onProgress?.(
        `${Math.round((toldMs - startMs) / 1000)} s: ${electionsIn(history)} elections, ${weather.count} faults`,
      )
    }
    fleet.revive(weather)
    const undone = await weather
      .calm()
      .then(() => cluster.restore())
      .then(
        () => [],
        (error: unknown) => [String(error)],
      )
    for (const place of places) place.revive()
    weather.tell('', 'calm')
    if (!isMutant) await pause(boundMs + BUSY_MS) // a leader must exist at the end of it
    const endMs = monotonicMs()
    const grown = witness?.report()
    const mishaps = [...undone, ...(witness?.hasEnded ? [`${spared!.id} has ended by itself`] : [])]
    await fleet.terminate()
    const leftKeys = (await new Election(store, ELECTION, layout).candidates()).length
    const judgement = judge(history, { recoveryMs: boundMs + BUSY_MS, endMs })
    const writes = { accepted: resource.accepted.length, refused: resource.refused.length }
    const { faults } = weather
    const foreignElections = guests?.elections ?? 0
    return {
      ...judgement,
      history,
      faults,
      boundMs,
      foreignElections,
      leftKeys,
      writes,
      guardedWrites: guarded.seen,
      witness: grown,
      stderr: fleet.stderr(),
      mishaps,
    }
  } finally {
    await weather.calm().catch(() => undefined)
    await fleet?.close()
    await guarded.close()
    await store.close()
    await resource.close()
    await cluster.restore().catch(() => undefined) // told as a mishap: the judgement is worth more
  }
}

function electionsIn(history: readonly HistoryRecord[]): number {
  return history.filter(({ event }) => event === 'elected').length
}

/** Often the leader's: of the others hardly anybody takes notice. */
function choose(pool: Fault[], ofServers: Fault[], history: readonly HistoryRecord[], seed: Seed): Fault {
  const leader = history.findLast(({ event }) => event === 'elected')?.process.split('#')[0]
  const ofLeader = pool.filter(({ scope }) => scope === leader)
  const die = seed.next()
  const likely = die < 0.25 ? ofServers : die < 0.65 ? ofLeader : pool
  return seed.pick(likely.length > 0 ? likely : pool)
}
