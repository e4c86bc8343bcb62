import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { monotonicMs } from './monotonic-clock.js'

/** One line of a program: what happened, when, and what else it says. */
export interface SpokenEvent {
  name: string
  atMs: number
  more: string
}

/** Beyond the longest TTL, twice over. */
const PATIENCE_MS = 150_000

interface Waiter {
  isIt: (event: SpokenEvent) => boolean
  resolve: (event: SpokenEvent) => void
  reject: (error: Error) => void
}

/** A child process and the events that it tells, each of which can be waited for; the last one is `closed`. */
export class SpokenEvents {
  readonly child: ChildProcess
  /** Settles when the process is gone and all that it told has been read. */
  readonly closed: Promise<void>
  readonly #heard: SpokenEvent[] = []
  readonly #waiters = new Set<Waiter>()
  #stderr = ''
  #gone: Error | undefined

  /** `read` makes an event of a line, or nothing. The child has a process group of its own: Ctrl-C is not for it. */
  constructor(command: string[], env: Record<string, string>, read: (line: string) => SpokenEvent | undefined) {
    const [program, ...args] = command as [string, ...string[]]
    this.child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, ...env },
    })
    this.child.stdin!.on('error', () => undefined) // it has ended: told by `close`
    this.closed = new Promise((resolve) => this.child.once('close', () => resolve()).once('error', () => resolve()))
    this.child.stderr!.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-2000)))
    const hear = (line: string) => {
      const event = read(line)
      if (event) this.#tell(event)
    }
    createInterface(this.child.stdout!).on('line', hear)
    const close = (why: string) => {
      this.#tell({ name: 'closed', atMs: monotonicMs(), more: '' })
      this.#gone = new Error(`${program} ${why}: ${this.#complaint()}`)
      for (const { reject } of this.#waiters) reject(this.#gone)
      this.#waiters.clear()
    }
    this.child.once('error', (error) => close(error.message))
    this.child.once('close', (code, signal) => close(`has ended (${code ?? signal})`))
  }

  /** The first event of one of these names after so many events; waits for it, and rejects after a while. */
  async next(names: readonly string[], since: number, patienceMs = PATIENCE_MS): Promise<SpokenEvent> {
    const isIt = ({ name }: SpokenEvent) => names.includes(name)
    const heard = this.#heard.slice(since).find(isIt)
    if (heard) return heard
    if (this.#gone) throw this.#gone
    const waiting = new Promise<SpokenEvent>((resolve, reject) => this.#waiters.add({ isIt, resolve, reject }))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const why = () => `not ${names.join(' or ')} within ${patienceMs / 1000} s: ${this.#complaint()}`
      timer = setTimeout(() => reject(new Error(why())), patienceMs)
    })
    return Promise.race([waiting, late]).finally(() => clearTimeout(timer))
  }

  /** How many events there were so far. */
  get count(): number {
    return this.#heard.length
  }

  /** The line that says most of what the process has written to stderr. */
  #complaint(): string {
    const lines = this.#stderr.trim().split('\n')
    return (lines.findLast((line) => /error|exception/i.test(line)) ?? lines.at(-1)!).trim()
  }

  #tell(event: SpokenEvent): void {
    this.#heard.push(event)
    for (const waiter of this.#waiters) {
      if (!waiter.isIt(event)) continue
      this.#waiters.delete(waiter)
      waiter.resolve(event)
    }
  }
}
