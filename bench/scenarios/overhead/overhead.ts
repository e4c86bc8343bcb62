import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../../report/spread.js'
import type { Bench, Row, Scenario } from '../../scenario.js'
import { SERVER_STORES, serverOf, type ServerStore, urlOf } from '../../servers.js'
import { freshNamespace } from '../gathering.js'
import { consulFloor } from './consul-floor.js'
import { eldestFloor } from './eldest-floor.js'
import { etcdFloor } from './etcd-floor.js'
import type { Floor } from './floor.js'
import { lmdbFloor } from './lmdb-floor.js'
import { Measured, OPERATIONS, type Times } from './measured.js'
import { zookeeperFloor } from './zookeeper-floor.js'

const ROUNDS = { full: 300, quick: 30 }
const WARM_UP = { full: 50, quick: 10 }
const floors = { etcd: etcdFloor, consul: consulFloor, zookeeper: zookeeperFloor }

/** The two that are compared. */
interface Pair {
  bare: Floor
  ours: Floor
}

/** What our adapters take more than their clients' bare requests. */
export const overhead: Scenario = {
  name: 'overhead',
  title: 'Overhead: the adapters beside the bare requests of their clients',
  about:
    'Medians of operations in turn on one server, values of 200 bytes. Watch delivery: from the guarded put ' +
    "by one client to its sight by another's watch. The last row of a store is the one divided by the other.",
  async run(bench) {
    const rows: Row[] = []
    for (const store of ['local', ...SERVER_STORES] as const) {
      const took = await (store === 'local' ? onFiles(bench) : onServer(bench, store))
      const bare = figures(took.bare)
      const ours = figures(took.ours)
      const ratios = Object.keys(bare).map((name) => [name, ours[name]! / bare[name]!] as const)
      rows.push({ store, contender: 'bare requests', figures: bare })
      rows.push({ store, contender: 'Eldest', figures: ours })
      rows.push({ store, contender: 'ratio', figures: Object.fromEntries(ratios) })
      bench.progress(`${store}: ${ratios.map(([name, ratio]) => `${name} ${ratio.toFixed(2)}`).join(', ')}`)
    }
    return rows
  },
}

async function onServer(bench: Bench, store: ServerStore) {
  const namespace = freshNamespace()
  const server = serverOf(store)
  const bare = await floors[store](server, `${namespace}-bare`)
  return measure(bench, { bare, ours: await eldestFloor(urlOf(store, server, namespace), 'ours') })
}

async function onFiles(bench: Bench) {
  const folder = await mkdtemp(join(tmpdir(), 'eldest-bench-'))
  try {
    const bare = lmdbFloor(join(folder, 'bare'))
    return await measure(bench, { bare, ours: await eldestFloor(`local:${folder}/ours`, 'ours') })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(bench: Bench, pair: Pair): Promise<Record<'bare' | 'ours', Times>> {
  const bare = await Measured.prepare(pair.bare)
  const ours = await Measured.prepare(pair.ours)
  const [rounds, warmUp] = bench.quick ? [ROUNDS.quick, WARM_UP.quick] : [ROUNDS.full, WARM_UP.full]
  try {
    for (let round = 0; round < rounds + warmUp; round++) {
      bench.signal.throwIfAborted()
      // Whoever comes first in a round meets a colder server.
      const order = round % 2 === 0 ? [bare, ours] : [ours, bare]
      for (const operation of OPERATIONS) {
        for (const contender of order) await contender.time(operation, round, round >= warmUp)
      }
    }
  } finally {
    await Promise.allSettled([bare, ours].map((each) => each.close()))
  }
  return { bare: bare.times, ours: ours.times }
}

function figures(times: Times): Record<string, number> {
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
}
