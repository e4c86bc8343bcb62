import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { DriverRecord, HistoryRecord } from '@eldest/simulator'
import { startEldest } from './eldest-command.js'
import { monotonicMs } from './waiting.js'

/** One `eldest campaign --json` process, or one that prints the same, whose lines, and whatever is done to it, go into a history. */
export class CandidateProcess {
  readonly name: string
  readonly exited: Promise<number | null>
  stderr = ''
  stopped = false
  readonly #history: HistoryRecord[]
  readonly #child: ChildProcess

  /** `args`: of `eldest campaign`; or another program that prints the same lines. */
  constructor(name: string, args: string[] | ChildProcess, history: HistoryRecord[]) {
    this.name = name
    this.#history = history
    this.#child = Array.isArray(args) ? startEldest(['campaign', ...args, '--json']) : args
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    createInterface(this.#child.stdout!).on('line', (line) => history.push(this.#read(line)))
    this.exited = new Promise((resolve) => this.#child.once('close', resolve))
  }

  get pid(): number {
    return this.#child.pid!
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  kill(): void {
    this.#record('killed')
    this.#child.kill('SIGKILL')
  }

  stop(): void {
    this.#record('stopped')
    this.stopped = true
    this.#child.kill('SIGSTOP')
  }

  continue(): void {
    this.#child.kill('SIGCONT')
    this.stopped = false
    this.#record('continued')
  }

  terminate(): void {
    this.#child.kill('SIGTERM')
  }

  /** Stops its event loop, if it is a program that can be asked to; it tells so itself. */
  block(durationMs: number): void {
    this.#child.stdin?.write(`block ${Math.round(durationMs)}\n`)
  }

  #record(event: DriverRecord['event']): void {
    this.#history.push({ atMs: monotonicMs(), process: this.name, event })
  }

  #read(line: string): HistoryRecord {
    const { event, fencingToken, reason, leftMs, monotonicNs } = JSON.parse(line) as Record<string, string>
    const told = { atMs: Number(BigInt(monotonicNs!)) / 1e6, process: this.name, event, reason, leftMs }
    return { ...told, ...(fencingToken === undefined ? {} : { token: BigInt(fencingToken) }) } as HistoryRecord
  }
}
