import { randomBytes } from 'node:crypto'
import { connect, type Entry } from '@eldest/core'
import type { Table } from '../table.js'
import { consulFloor } from './consul-floor.js'
import { etcdFloor } from './etcd-floor.js'
import type { Floor } from './floor.js'
import { zookeeperFloor } from './zookeeper-floor.js'

const ROUNDS = 300
const WARM_UP = 50
const value = new Uint8Array(200).fill(120)

/** What our adapter takes more than its client's bare requests: both in turn, on one server. */
export async function overhead(url: string): Promise<Table> {
  const prefix = `bench-${randomBytes(6).toString('hex')}`
  const contenders: Record<string, Floor> = { bare: await openFloor(url, prefix), ours: await openOurs(url, prefix) }
  const times: Record<string, number[]> = {}
  const measure = async (what: string, who: string, work: () => Promise<void>) => {
    const startMs = performance.now()
    await work()
    ;(times[`${what} ${who}`] ??= []).push(performance.now() - startMs)
  }
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    // Whoever comes first in a round meets a colder server.
    const order = round % 2 === 0 ? ['bare', 'ours'] : ['ours', 'bare']
    for (const what of ['createOrdered', 'get', 'guardedPut'] as const) {
      for (const who of order) {
        const floor = contenders[who]!
        if (what === 'createOrdered') await measure(what, who, () => floor.createOrdered(`${who}-${round}`, value))
        else if (what === 'get') await measure(what, who, () => floor.get())
        else await measure(what, who, () => floor.guardedPut(value))
      }
    }
  }
  await Promise.all(Object.values(contenders).map((each) => each.close()))
  const rows: Record<string, number> = {}
  for (const what of ['createOrdered', 'get', 'guardedPut']) {
    const [bare, ours] = ['bare', 'ours'].map((who) => median(times[`${what} ${who}`]!.slice(WARM_UP))) as [
      number,
      number,
    ]
    rows[`${what}, bare, ms`] = bare
    rows[`${what}, ours, ms`] = ours
    rows[`${what}, ratio`] = ours / bare
  }
  return { title: `overhead over the bare client, ${new URL(url).protocol} (medians of ${ROUNDS})`, rows }
}

async function openFloor(url: string, prefix: string): Promise<Floor> {
  const [, scheme, host = '', port = ''] = /^([a-z]+):\/\/([^:/]+):(\d+)\/?$/.exec(url) ?? []
  if (scheme === 'etcd') return etcdFloor(`${host}:${port}`, prefix)
  if (scheme === 'consul') return consulFloor(host, Number(port), prefix)
  if (scheme === 'zookeeper') return zookeeperFloor(`${host}:${port}`, prefix)
  throw new RangeError(`${url} is no etcd://host:port, consul://host:port or zookeeper://host:port`)
}

async function openOurs(url: string, prefix: string): Promise<Floor> {
  const store = await connect(url)
  const session = await store.openSession({ ttlMs: 60_000 })
  let entry: Entry
  return {
    async createOrdered(name, value) {
      entry = await session.createOrdered(prefix, value, { name })
    },
    async get() {
      if (!(await store.get(entry.key))) throw new Error('not there')
    },
    async guardedPut(value) {
      await store.put(entry.key, value, { guard: entry })
    },
    close: () => store.close(),
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
