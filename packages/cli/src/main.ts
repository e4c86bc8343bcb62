import { CommanderError } from 'commander'
import { describeFailure, EXIT_USAGE } from './failure.js'
import { program } from './program.js'

// A reader that goes away (`eldest observe x | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Nothing here prints by it. lmdb does, with a stack, for each failed commit, whose error it also hands to its caller.
console.error = () => undefined

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE // commander has printed it
  } else {
    const { line, exitCode } = describeFailure(error)
    process.stderr.write(`eldest: ${line}\n`)
    process.exitCode = exitCode
  }
}
