import { isConsensusError } from '@eldest/core'

/** The command line was wrong: nothing was done. */
export const EXIT_USAGE = 2
/** The store failed, or the command could not do what it was asked for. */
export const EXIT_STORE = 1

/** Something to tell the user in one line. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = EXIT_STORE) {
    super(message)
    this.exitCode = exitCode
  }
}

/** One line for stderr and the exit code. Only what is a bug of ours keeps its stack. */
export function describeFailure(error: unknown): { line: string; exitCode: number } {
  if (error instanceof Failure) return { line: error.message, exitCode: error.exitCode }
  if (isConsensusError(error)) return { line: `${error.message} (${error.code})`, exitCode: EXIT_STORE }
  if (error instanceof RangeError) return { line: error.message, exitCode: EXIT_USAGE }
  return { line: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: EXIT_STORE }
}
