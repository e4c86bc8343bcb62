import { type Candidate, Election, type Observation } from '@eldest/core'
import { Command } from 'commander'
import colors from 'picocolors'
import { electionArgument } from '../names.js'
import { layoutOf, type LayoutOptions, withLayout } from '../layouts.js'
import { Reporter } from '../report.js'
import { stopRequest } from '../shutdown.js'
import { type StoreOptions, usingStore, withStore } from '../store-location.js'
import { describeCandidate } from './candidates.js'

export const observeCommand = withLayout(
  withStore(
    new Command('observe')
      .summary('follow the leader and the line of succession')
      .description('Follows who leads ELECTION and who comes next, until stopped.')
      .addArgument(electionArgument()),
  ),
).action(async (name: string, options: StoreOptions & LayoutOptions) => {
  const { signal } = stopRequest()
  const reporter = new Reporter(process.stdout, options.json === true)
  await usingStore(options, signal, async (store) => {
    for await (const observation of new Election(store, name, await layoutOf(options)).observe({ signal })) {
      if (options.json === true) reporter.object({ event: 'observed', election: name, ...jsonOf(observation) })
      else reporter.line(lineOf(observation))
    }
  })
})

function jsonOf({ leader, candidates }: Observation): object {
  return {
    leader: leader ? describeCandidate(leader, 1) : null,
    candidates: candidates.map((candidate, i) => describeCandidate(candidate, i + 1)),
  }
}

function lineOf({ leader, candidates }: Observation): string {
  if (!leader) return colors.dim('nobody stands')
  const name = ({ id, fencingToken }: Candidate) => `${id} (${fencingToken})`
  const next = candidates.slice(1).map(name)
  return `${colors.green(name(leader))}${next.length > 0 ? `, then ${next.join(', ')}` : ''}`
}
