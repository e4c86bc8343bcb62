import { median } from '../../report/spread.js'
import type { Bench, Row, Scenario } from '../../scenario.js'
import { SERVER_STORES, serverOf, type ServerStore, urlOf } from '../../servers.js'
import { freshNamespace } from '../gathering.js'
import { consulFloor } from './consul-floor.js'
import { eldestFloor } from './eldest-floor.js'
import { etcdFloor } from './etcd-floor.js'
import type { Floor } from './floor.js'
import { zookeeperFloor } from './zookeeper-floor.js'

const ROUNDS = { full: 300, quick: 30 }
const WARM_UP = { full: 50, quick: 10 }
const LISTED = 100
const floors = { etcd: etcdFloor, consul: consulFloor, zookeeper: zookeeperFloor }
const value = new Uint8Array(200).fill(120)

/** What our adapters take more than their clients' bare requests. */
export const overhead: Scenario = {
  name: 'overhead',
  title: 'Overhead: the adapters beside the bare requests of their clients',
  about:
    'Medians of operations in turn on one server, values of 200 bytes. Watch delivery: from the put by one client to ' +
    "its sight by another's watch. The last row of a store is the one divided by the other.",
  async run(bench) {
    const rows: Row[] = []
    for (const store of SERVER_STORES) {
      const took = await measure(bench, store)
      const bare = figures(took.bare!)
      const ours = figures(took.ours!)
      const ratios = Object.keys(bare).map((name) => [name, ours[name]! / bare[name]!] as const)
      rows.push({ store, contender: 'bare requests', figures: bare })
      rows.push({ store, contender: 'Eldest', figures: ours })
      rows.push({ store, contender: 'ratio', figures: Object.fromEntries(ratios) })
      bench.progress(`${store}: ${ratios.map(([name, ratio]) => `${name} ${ratio.toFixed(2)}`).join(', ')}`)
    }
    return rows
  },
}

type Times = Record<string, number[]>

async function measure(bench: Bench, store: ServerStore): Promise<Record<string, Times>> {
  const namespace = freshNamespace()
  const server = serverOf(store)
  const contenders: Record<string, Floor> = {
    bare: await floors[store](server, `${namespace}-bare`),
    ours: await eldestFloor(urlOf(store, server, namespace), 'ours'),
  }
  const took: Record<string, Times> = { bare: {}, ours: {} }
  try {
    const watches: Record<string, Watched> = {}
    for (const [who, floor] of Object.entries(contenders)) watches[who] = await prepare(floor)
    const [rounds, warmUp] = bench.quick ? [ROUNDS.quick, WARM_UP.quick] : [ROUNDS.full, WARM_UP.full]
    for (let round = 0; round < rounds + warmUp; round++) {
      bench.signal.throwIfAborted()
      // Whoever comes first in a round meets a colder server.
      const order = round % 2 === 0 ? ['bare', 'ours'] : ['ours', 'bare']
      for (const operation of operations) {
        for (const who of order) {
          const startMs = performance.now()
          await operation.run(contenders[who]!, watches[who]!, round)
          const ms = performance.now() - startMs
          if (round >= warmUp) (took[who]![`${operation.name}, ms`] ??= []).push(ms)
          await watches[who]!.settled
        }
      }
    }
  } finally {
    await Promise.allSettled(Object.values(contenders).map((each) => each.close()))
  }
  return took
}

const operations: { name: string; run(floor: Floor, watched: Watched, round: number): Promise<unknown> }[] = [
  { name: 'createOrdered', run: (floor, _, round) => floor.createOrdered(`k${round}`, value) },
  { name: 'get', run: (floor) => floor.get() },
  { name: 'guarded put', run: (floor) => floor.guardedPut(value) },
  {
    name: `list of ${LISTED}`,
    async run(floor) {
      const found = await floor.list()
      if (found !== LISTED) throw new Error(`listed ${found} of ${LISTED}`)
    },
  },
  {
    name: 'watch delivery',
    run(floor, watched, round) {
      const seen = watched.next(round)
      watched.settled = floor.put(numbered(round))
      return seen
    },
  },
]

/** What a watch has seen last, and the put that is not confirmed yet. */
class Watched {
  settled: Promise<unknown> = Promise.resolve()
  #awaited: { round: number; seen: () => void } | undefined

  see(value: Uint8Array): void {
    if (value.length === 4 && Buffer.from(value).readInt32BE() === this.#awaited?.round) this.#awaited.seen()
  }

  next(round: number): Promise<void> {
    return new Promise((seen) => (this.#awaited = { round, seen }))
  }
}

async function prepare(floor: Floor): Promise<Watched> {
  const watched = new Watched()
  for (let i = 0; i < LISTED; i++) await floor.createOrdered(`list/${i}`, value)
  await floor.put(numbered(-1))
  await floor.watch((value) => watched.see(value))
  return watched
}

function numbered(round: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(round)
  return bytes
}

function figures(times: Times): Record<string, number> {
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
}
