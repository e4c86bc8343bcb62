import type { PromiseName } from '@eldest/simulator'
import type { CandidateKind } from '../candidate-programs.js'
import { until } from '../waiting.js'
import { CandidateNetwork } from '../weather/candidate-network.js'
import type { ShortLine } from './short-line.js'

/** What happens to a few candidates, so that one fault of an election is sure to show. */
export interface Story {
  /** What an election without the fault keeps. */
  sentence: string
  promise: PromiseName
  /** The simulator's mutant that has the fault. */
  mutant: string
  kind: CandidateKind
  play: (line: ShortLine) => Promise<void>
}

export const stories: readonly Story[] = [
  {
    sentence: 'the token of a successor is higher',
    promise: 'rising tokens',
    mutant: 'takes the token from a counter of its own',
    kind: 'command',
    async play(line) {
      const elder = await line.command('elder')
      const younger = await line.command('younger')
      elder.terminate()
      await line.said(younger, 'elected')
    },
  },
  {
    sentence: 'whose predecessor goes does not lead while the eldest does',
    promise: 'seniority',
    mutant: 'leads when the predecessor went, without asking again',
    kind: 'command',
    play: (line) => theMiddleOfThreeGoes(line, 'seniority'),
  },
  {
    sentence: 'who waits is told so once, whoever goes before it',
    promise: 'told once',
    mutant: 'tells of each predecessor anew',
    kind: 'command',
    play: (line) => theMiddleOfThreeGoes(line, 'told once'),
  },
  {
    sentence: 'a leader whose key an operator deletes is told',
    promise: 'eviction',
    mutant: 'watches only the predecessor, not the own key',
    kind: 'command',
    async play(line) {
      const elder = await line.command('elder')
      const younger = await line.command('younger')
      await line.said(elder, 'elected')
      await line.operator.deleteLeadersKey()
      await line.said(younger, 'elected')
      const isTold = () => line.history.some(({ process, event }) => process === elder.name && event === 'lost')
      await until('the elder is told, or late', () => isTold() || line.breaks('eviction'), 60_000)
    },
  },
  {
    sentence: 'nobody leads before the work of the one that resigns has settled',
    promise: 'stop before the next starts',
    mutant: 'resigns before the work has settled',
    kind: 'service',
    async play(line) {
      const elder = await line.service('elder', { settlingMs: line.ttlMs * 0.4 })
      const younger = await line.service('younger')
      await line.said(elder, 'elected')
      elder.terminate()
      await line.said(elder, 'settled')
      await line.said(younger, 'elected')
    },
  },
  {
    sentence: 'a leader behind a silent network is told while there is time left to stop in',
    promise: 'stop before the next starts',
    mutant: 'tells a leader to stop at the deadline, not before',
    kind: 'service',
    async play(line) {
      const [, scheme, host, port, path] = /^(\w+:\/\/)([^:/]+):(\d+)(\/.*)$/.exec(line.url)!
      const network = await CandidateNetwork.open([{ host: host!, port: Number(port) }])
      try {
        const leader = await line.service('leader', { url: `${scheme}${network.hosts}${path}` })
        await line.said(leader, 'elected')
        network.silence()
        await line.said(leader, 'lost')
      } finally {
        network.heal()
        await network.close()
      }
    },
  },
  {
    sentence: 'the store takes no write of a leader that was stopped until the next one had written',
    promise: 'guarded writes',
    mutant: 'writes for a leader without a guard',
    kind: 'service',
    async play(line) {
      const elder = await line.service('elder', { careless: true })
      const younger = await line.service('younger')
      const { token } = await line.said(elder, 'elected')
      elder.stop()
      await line.said(younger, 'elected')
      await until('the younger has written', async () => ((await line.readCursor()) ?? 0n) > token)
      younger.stop() // or its next write hides what the elder's does
      elder.continue()
      await line.said(elder, 'settled')
      await line.readCursor()
    },
  },
]

async function theMiddleOfThreeGoes(line: ShortLine, promise: PromiseName): Promise<void> {
  await line.command('eldest')
  const middle = await line.command('middle')
  await line.command('youngest')
  middle.terminate()
  await middle.exited
  await line.letBe(promise) // within a TTL it asks again
}
