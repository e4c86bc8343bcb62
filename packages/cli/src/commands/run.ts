import { constants } from 'node:os'
import { Election } from '@eldest/core'
import { Command } from 'commander'
import which from 'which'
import {
  type CandidateOptions,
  electionOptions,
  reportLeadership,
  reportStandby,
  withCandidate,
} from '../candidate-options.js'
import { electionArgument } from '../names.js'
import { describeFailure, EXIT_USAGE, Failure } from '../failure.js'
import { type CommandResult, GuardedCommand } from '../guarded/guarded-command.js'
import { Reporter } from '../report.js'
import { stopRequest } from '../shutdown.js'
import { usingStore } from '../store-location.js'

interface RunCommandOptions extends CandidateOptions {
  restart?: boolean
}

export const runCommand = withCandidate(
  new Command('run')
    .summary('run a command only while leading')
    .description(
      'Stands for ELECTION and runs COMMAND while leading, with ELDEST_ELECTION, ELDEST_ID and ELDEST_FENCING_TOKEN in\n' +
        'its environment. When the leadership ends its whole process group gets SIGTERM, and SIGKILL before anybody\n' +
        'else can lead, even if eldest itself is killed or stopped. When COMMAND ends by itself the next one leads, and\n' +
        'its exit code is ours. Signals are passed on. Events go to stderr.',
    )
    .usage('[options] <election> -- <command...>')
    .addArgument(electionArgument())
    .argument('<command...>', 'command and its arguments')
    .option('--restart', 'when COMMAND ends by itself, campaign again instead of exiting'),
).action(async (name: string, command: [string, ...string[]], options: RunCommandOptions) => {
  await assertRunnable(command[0])
  let current: GuardedCommand | undefined
  let result: CommandResult | undefined
  const stop = stopRequest((signal) => current?.signal(signal))
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => current?.signal(signal))
  const reporter = new Reporter(process.stderr, options.json === true)
  await usingStore(options, stop.signal, async (store) => {
    const election = new Election(store, name, await electionOptions(options))
    await election.run(
      async (leadership) => {
        reportLeadership(reporter, leadership)
        current = new GuardedCommand(leadership, options.ttl, command)
        const ended = await current.exited
        current = undefined
        const byItself = !leadership.signal.aborted
        if (byItself || stop.signal.aborted) result = ended
        if (byItself && options.restart !== true) stop.abort(new Error('the command has ended'))
      },
      {
        signal: stop.signal,
        standby: (standby) => reportStandby(reporter, election, standby),
        onError: (error) => process.stderr.write(`eldest: ${describeFailure(error).line}; trying again\n`),
      },
    )
  })
  if (result?.message !== undefined) process.stderr.write(`eldest: ${command[0]}: ${result.message}\n`)
  process.exitCode = result ? exitCodeOf(result) : 0
})

/** Before standing for election, not after being elected. */
async function assertRunnable(file: string): Promise<void> {
  if (process.platform === 'win32') {
    throw new Failure('eldest run needs process groups, which Windows has not: use the library there', EXIT_USAGE)
  }
  if (await which(file, { nothrow: true })) return
  throw new Failure(`command not found or not executable: ${file}`, 127)
}

/** As shells do: a signal's number plus 128. */
function exitCodeOf({ code, signal }: CommandResult): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0)
}
