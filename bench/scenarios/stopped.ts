import type { Contender } from '../contenders/contender.js'
import { Ground } from '../contenders/ground.js'
import { pause } from '../contenders/monotonic-clock.js'
import { delay, latest, median } from '../report/spread.js'
import type { Figure, Scenario } from '../scenario.js'
import { inRounds } from './rounds.js'

const ROUNDS = 3
const TTL_MS = 4000
const QUICK_TTL_MS = 2000
/** How long the leader stands still, and then has to notice, in TTLs. Consul takes two to end a session. */
const STOPPED = 2.5
const PATIENCE = 3

interface Waking {
  /** What it says of itself when it first runs again; `undefined`: it cannot be asked. */
  leads: boolean | undefined
  /** Until it says by itself that it leads no more. */
  toldMs: number
}

export const stopped: Scenario = {
  name: 'stopped',
  title: 'A leader that stands still',
  about:
    'The leader is stopped (SIGSTOP) for 2.5 TTLs, while somebody else is elected, and goes on (SIGCONT). Whether it ' +
    'says that it leads when asked, with no I/O, as the first thing that it does; until it knows, which is 0 where ' +
    'that first answer is right; and until it tells by itself. `never`: not within three TTLs.',
  async run(bench) {
    const isWanted = ({ role, ownTtlMs }: Contender) => role !== 'floor' && !(bench.quick && ownTtlMs !== undefined)
    await using ground = await Ground.prepare(bench, isWanted)
    const measured = await inRounds(bench, ground, {
      rounds: bench.quick ? 1 : ROUNDS,
      ttlMs: () => (bench.quick ? QUICK_TTL_MS : TTL_MS),
      async measure({ leader, ttlMs }): Promise<Waking> {
        leader.stop()
        await pause(STOPPED * ttlMs)
        const continuedMs = leader.continue()
        const awoke = await leader.awoke()
        const lostMs = (await leader.lost(PATIENCE * ttlMs)) ?? Infinity
        return { leads: awoke?.leads, toldMs: lostMs - continuedMs }
      },
    })
    return measured.map(({ contender: { store, name }, ttlMs, results }) => {
      const told = results.map(({ toldMs }) => toldMs)
      const knows = results.map(({ leads, toldMs }) => (leads === false ? 0 : toldMs))
      const figures = {
        'TTL, s': ttlMs / 1000,
        'says first': says(results),
        'until it knows, median, ms': delay(median(knows)),
        'latest, ms': delay(latest(knows)),
        'until it tells, median, ms': delay(median(told)),
      }
      return { store, contender: name, figures, samples: knows.filter(Number.isFinite) }
    })
  },
}

function says(results: readonly Waking[]): Figure {
  const answers = new Set(results.map(({ leads }) => leads))
  if (answers.has(true)) return 'I lead'
  return answers.has(undefined) ? '–' : 'I do not lead'
}
