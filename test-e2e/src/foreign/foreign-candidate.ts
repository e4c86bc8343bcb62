import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { monotonicMs, until } from '../waiting.js'

/** A candidate of another tool: a process that prints when it is elected. */
export class ForeignCandidate {
  readonly lines: string[] = []
  /** When it said so, the first time and the last. */
  electedMs: number | undefined
  lastElectedMs: number | undefined
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess

  /** `isElected` tells which of its lines says so. */
  constructor(command: string, args: string[], isElected: (line: string) => boolean) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    createInterface(this.#child.stdout!).on('line', (line) => {
      this.lines.push(line)
      if (!isElected(line)) return
      this.lastElectedMs = monotonicMs()
      this.electedMs ??= this.lastElectedMs
    })
    this.#child.stderr!.resume()
    this.exited = new Promise((resolve) => this.#child.once('close', resolve))
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Asks it to stop, by which it gives its key back. */
  terminate(): void {
    this.#child.kill('SIGTERM')
  }

  /** Ends it with no chance to tell the server. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async elected(deadlineMs: number): Promise<number> {
    await until('the other tool is elected', () => this.electedMs !== undefined, deadlineMs)
    return this.electedMs!
  }
}
