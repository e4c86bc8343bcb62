import { Command } from 'commander'
import { runDemo } from '../demo/demo.js'
import { stopRequest } from '../shutdown.js'

export const demoCommand = new Command('demo')
  .summary('watch an election between real processes')
  .description(
    'Starts three processes on a local store in a temporary folder: the eldest leads, is killed, the next eldest takes\n' +
      'over, and a graceful stop hands over at once. Prints the timeline and the measured times. Exits 1 if a promise was broken.',
  )
  .option('--json', 'print one JSON object a line')
  .action(async (options: { json?: boolean }) => {
    process.exitCode = await runDemo({ json: options.json === true, signal: stopRequest().signal })
  })
