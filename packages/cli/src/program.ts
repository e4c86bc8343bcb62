import { createRequire } from 'node:module'
import { Command } from 'commander'
import { campaignCommand } from './commands/campaign.js'
import { candidatesCommand } from './commands/candidates.js'
import { conformanceCommand } from './commands/conformance.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { evictCommand } from './commands/evict.js'
import { observeCommand } from './commands/observe.js'
import { runCommand } from './commands/run.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** The `eldest` command. */
export const program = new Command('eldest')
  .description('Leader election in which the longest-running node leads.')
  .version(version)
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 the store failed or there was nothing to do it to, 2 the command line was wrong;
eldest run: the exit code of its command.
Durations carry a unit: 500ms, 15s, 2m.`,
  )

for (const command of [
  campaignCommand,
  runCommand,
  observeCommand,
  candidatesCommand,
  evictCommand,
  doctorCommand,
  conformanceCommand,
  demoCommand,
]) {
  program.addCommand(command)
}

for (const command of [program, ...program.commands]) {
  command.exitOverride()
  // commander puts its suggestion ("Did you mean …?") on a second line.
  command.configureOutput({ outputError: (text, write) => write(text.trimEnd().replaceAll('\n', ' ') + '\n') })
}
