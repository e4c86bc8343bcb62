import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** One line that `eldest campaign --json` printed, with its moment in milliseconds on the host's monotonic clock. */
export interface NodeEvent {
  event: string
  id: string
  fencingToken: string
  reason?: string
  atMs: number
}

/** One `eldest campaign` process, its events, and the means to stop it. */
export class NodeProcess {
  readonly id: string
  readonly events: NodeEvent[] = []
  readonly exited: Promise<void>
  readonly #child: ChildProcess
  #stderr = ''

  constructor(id: string, args: string[], onEvent: (event: NodeEvent) => void) {
    this.id = id
    // A group of its own: Ctrl-C in the terminal is the demo's to answer.
    this.#child = spawn(process.execPath, [process.argv[1]!, 'campaign', ...args, '--id', id, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.exited = new Promise((resolve) => this.#child.once('close', () => resolve()))
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    createInterface(this.#child.stdout!).on('line', (line) => {
      const { monotonicNs, ...rest } = JSON.parse(line) as NodeEvent & { monotonicNs: string }
      const event = { ...rest, atMs: Number(BigInt(monotonicNs) / 1000n) / 1000 }
      this.events.push(event)
      onEvent(event)
    })
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What it complained of, for when it did not do what it should. */
  get complaint(): string {
    return this.#stderr.trim()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}
