import { Election } from '@eldest/core'
import { Command } from 'commander'
import {
  type CandidateOptions,
  electionOptions,
  reportLeadership,
  reportStandby,
  withCandidate,
} from '../candidate-options.js'
import { electionArgument } from '../names.js'
import { describeFailure } from '../failure.js'
import { Reporter } from '../report.js'
import { stopRequest } from '../shutdown.js'
import { usingStore } from '../store-location.js'

export const campaignCommand = withCandidate(
  new Command('campaign')
    .summary('stand for election until stopped')
    .description(
      'Stands for ELECTION until stopped, and tells of each event: standby, elected, lost, resigned.\n' +
        'SIGTERM or SIGINT resigns, then exits 0.',
    )
    .addArgument(electionArgument()),
).action(async (name: string, options: CandidateOptions) => {
  const stop = stopRequest()
  const reporter = new Reporter(process.stdout, options.json === true)
  await usingStore(options, stop.signal, async (store) => {
    const election = new Election(store, name, await electionOptions(options))
    await election.run(
      async (leadership) => {
        reportLeadership(reporter, leadership)
        await new Promise((resolve) => {
          if (leadership.signal.aborted) resolve(undefined)
          leadership.signal.addEventListener('abort', resolve, { once: true })
        })
      },
      {
        signal: stop.signal,
        standby: (standby) => reportStandby(reporter, election, standby),
        onError: (error) => process.stderr.write(`eldest: ${describeFailure(error).line}; trying again\n`),
      },
    )
  })
})
