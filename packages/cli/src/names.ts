import { encodeName } from '@eldest/core'
import { Argument, InvalidArgumentError } from 'commander'

/** The argument that names an election; a name that cannot be one is refused before any store is opened. */
export function electionArgument(): Argument {
  return new Argument('<election>', 'name of the election').argParser(parseName)
}

/** A name that can stand in a key: not empty, not too long, no control characters. */
export function parseName(name: string): string {
  try {
    encodeName(name)
    return name
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
