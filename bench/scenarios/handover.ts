import type { Candidate, Contender } from '../contenders/contender.js'
import { openDuel } from '../contenders/duel.js'
import { Ground } from '../contenders/ground.js'
import { pause } from '../contenders/monotonic-clock.js'
import { median, summary } from '../report/spread.js'
import type { Row, Scenario } from '../scenario.js'

const ROUNDS = 200
const QUICK_ROUNDS = 12
const TTL_MS = 15_000
/** What each standing candidate gets to set its watch, which not all of them tell of. */
const SETTLE_MS = 100

/** Two processes of one contender, which hand over to each other. */
interface Pair {
  contender: Contender
  leader: Candidate
  next: Candidate
  samples: number[]
}

export const handover: Scenario = {
  name: 'handover',
  title: 'Graceful hand-over',
  about:
    'Two processes stand in one election. From the moment just before the leader tells the store that it resigns, to ' +
    'the moment at which the other process knows that it leads; and the ratio of the medians to the bare requests of ' +
    'the same store.',
  async run(bench) {
    await using ground = await Ground.prepare(bench, () => true)
    const pairs: Pair[] = []
    for (const contender of ground.contenders) {
      await ground.attempt(contender, async () => {
        const { leader, successor: next } = await openDuel(ground, contender, { ttlMs: TTL_MS })
        pairs.push({ contender, leader, next, samples: [] })
      })
    }
    const rounds = bench.quick ? QUICK_ROUNDS : ROUNDS
    for (let round = 0; round < rounds; round++) {
      bench.signal.throwIfAborted()
      if (round % 20 === 0) bench.progress(`round ${round + 1} of ${rounds}`)
      const inRound = pairs.filter(({ contender }) => takesPart(contender, round, rounds))
      await Promise.all(inRound.map(({ contender, next }) => ground.attempt(contender, () => next.campaign())))
      await pause(SETTLE_MS)
      // Whoever comes first meets a colder machine: each in its turn.
      const first = round % inRound.length
      for (const pair of [...inRound.slice(first), ...inRound.slice(0, first)]) {
        await ground.attempt(pair.contender, () => handOver(pair))
      }
    }
    return rowsOf(pairs.filter(({ samples }) => samples.length > 0))
  },
}

function takesPart({ share = 1 }: Contender, round: number, rounds: number): boolean {
  return round % Math.min(rounds, Math.round(1 / share)) === 0
}

async function handOver(pair: Pair): Promise<void> {
  const { leader, next, samples } = pair
  const resignedMs = await leader.resign()
  samples.push((await next.elected()) - resignedMs)
  await leader.resigned()
  pair.leader = next
  pair.next = leader
}

function rowsOf(pairs: readonly Pair[]): Row[] {
  return pairs.map(({ contender: { store, name }, samples }) => {
    const floor = pairs.find(({ contender }) => contender.role === 'floor' && contender.store === store)
    return {
      store,
      contender: name,
      figures: {
        ...summary('ms', samples),
        ...(floor && { 'to the floor': median(samples) / median(floor.samples) }),
        rounds: samples.length,
      },
      samples,
    }
  })
}
