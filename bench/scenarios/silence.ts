import { TcpProxy } from '@eldest/conformance'
import type { BenchStore, Contender } from '../contenders/contender.js'
import { Ground } from '../contenders/ground.js'
import { delay, latest, median } from '../report/spread.js'
import type { Scenario } from '../scenario.js'
import { inRounds } from './rounds.js'

const ROUNDS = 3
const TTL_MS = 4000
const QUICK_TTL_MS = 2000
/** Consul's own lower limit. */
const CONSUL_TTL_MS = 10_000
/** How long a leader gets to notice, in TTLs. */
const PATIENCE = 3

export const silence: Scenario = {
  name: 'silence',
  title: 'A server that goes silent',
  about:
    'The leader’s connections stay open, but nothing comes through any more. When it notices that it leads no more, ' +
    'measured from the moment at which its successor leads: negative is before, and all that is positive is two ' +
    'leaders at once. `never`: not within three TTLs.',
  async run(bench) {
    const isWanted = ({ role, store, ownTtlMs }: Contender) =>
      role !== 'floor' && store !== 'local' && !(bench.quick && ownTtlMs !== undefined)
    await using ground = await Ground.prepare(bench, isWanted)
    const proxies = new Map<Contender, TcpProxy>()
    const measured = await inRounds(bench, ground, {
      rounds: bench.quick ? 1 : ROUNDS,
      ttlMs: ({ store }) => (bench.quick ? QUICK_TTL_MS : store === 'consul' ? CONSUL_TTL_MS : TTL_MS),
      async leaderAddress(contender) {
        const proxy = await TcpProxy.listen(ground.server(contender.store as Exclude<BenchStore, 'local'>))
        proxies.set(contender, proxy)
        return `127.0.0.1:${proxy.port}`
      },
      async measure({ contender, leader, successor, ttlMs }) {
        const proxy = proxies.get(contender)!
        proxy.silence()
        const [lostMs, electedMs] = await Promise.all([leader.lost(PATIENCE * ttlMs), successor.elected()])
        await leader.end()
        await proxy.close()
        return lostMs === undefined ? Infinity : lostMs - electedMs
      },
    })
    return measured.map(({ contender: { store, name }, ttlMs, results }) => ({
      store,
      contender: name,
      figures: { 'TTL, s': ttlMs / 1000, 'median, ms': delay(median(results)), 'latest, ms': delay(latest(results)) },
      samples: results.filter(Number.isFinite),
    }))
  },
}
