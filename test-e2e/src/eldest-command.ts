import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const manifest = createRequire(import.meta.url).resolve('eldest/package.json')

/** The file that the `eldest` command starts. */
export const ELDEST = join(dirname(manifest), 'dist', 'main.js')

/** A finished `eldest` command. */
export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

export interface StartOptions {
  /** The file that starts it. Default: the command as it is built. */
  main?: string | undefined
  env?: NodeJS.ProcessEnv
  /** Runs through another program: `['bash', '-c', 'ulimit -f 1; exec "$@"', '-']`. */
  wrapper?: string[]
  uid?: number
  /** Where it runs. Default: where the tests run. */
  cwd?: string
}

/** Starts `eldest` with these arguments. */
export function startEldest(
  args: string[],
  { main = ELDEST, env, wrapper = [], uid, cwd }: StartOptions = {},
): ChildProcess {
  const [command, ...rest] = [...wrapper, process.execPath, '--unhandled-rejections=strict', main, ...args]
  return spawn(command!, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '', ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    ...(cwd === undefined ? {} : { cwd }),
  })
}

/** Runs `eldest` to its end. */
export function eldest(args: string[], options: StartOptions = {}): Promise<Outcome> {
  const child = startEldest(args, options)
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  child.stdout!.on('data', (chunk: Buffer) => (outcome.stdout += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (outcome.stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...outcome, code }))
  })
}
