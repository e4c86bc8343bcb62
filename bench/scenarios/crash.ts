import type { BenchStore, Contender } from '../contenders/contender.js'
import { Ground } from '../contenders/ground.js'
import { witness } from '../contenders/witness.js'
import { median, summary } from '../report/spread.js'
import type { Scenario } from '../scenario.js'
import { inRounds } from './rounds.js'

const ROUNDS = 5
/** As short as each store takes, on a machine that is busy. */
const TTL_MS: Record<BenchStore, number> = { etcd: 2000, consul: 2000, zookeeper: 2000, redis: 2000, local: 1000 }

export const crash: Scenario = {
  name: 'crash',
  title: 'Take-over after a crash',
  about:
    'The leader is killed (SIGKILL). From the moment at which the store ends its session, of which a bare client that ' +
    'watches the leader’s key learns, to the moment at which the next process knows that it leads; negative: it knew ' +
    'before that client did. Beside it the whole time since the kill, most of which is the TTL.',
  async run(bench) {
    const isWanted = ({ role, ownTtlMs }: Contender) => role !== 'floor' && !(bench.quick && ownTtlMs !== undefined)
    await using ground = await Ground.prepare(bench, isWanted)
    const measured = await inRounds(bench, ground, {
      rounds: bench.quick ? 1 : ROUNDS,
      ttlMs: ({ store }) => TTL_MS[store],
      async measure({ contender, leader, successor, election }) {
        const address = ground.address(contender, election)
        const watching = await witness(contender.store, address, contender.keys(election))
        const killedMs = leader.kill()
        const ended = watching.ended
        const electedMs = await successor.elected()
        const sinceEndMs = electedMs - (await ended)
        await watching.close()
        return { sinceEndMs, sinceKillMs: electedMs - killedMs }
      },
    })
    return measured.map(({ contender: { store, name }, ttlMs, results }) => ({
      store,
      contender: name,
      figures: {
        'TTL, s': ttlMs / 1000,
        ...summary(
          'ms',
          results.map(({ sinceEndMs }) => sinceEndMs),
          ['median', 'max'],
        ),
        'since the kill, median, s': median(results.map(({ sinceKillMs }) => sinceKillMs)) / 1000,
      },
      samples: results.map(({ sinceEndMs }) => sinceEndMs),
    }))
  },
}
