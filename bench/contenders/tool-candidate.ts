import type { Candidate } from './contender.js'
import { monotonicMs, pause } from './monotonic-clock.js'
import { SpokenEvents } from './spoken-events.js'

/** A command-line tool, which is started to campaign and stopped to resign. */
export interface Tool {
  id: string
  command: string[]
  env?: Record<string, string>
  /** What its lines mean. */
  events: { says: (line: string) => boolean; event: 'standing' | 'elected' | 'lost' }[]
  /** Whether it stands in the line, where it does not say so. */
  stands?: () => Promise<boolean>
}

/** A candidate without a clock of its own: its times are those at which we read its lines. */
export class ToolCandidate implements Candidate {
  readonly id: string
  readonly #tool: Tool
  #events: SpokenEvents | undefined

  constructor(tool: Tool) {
    this.id = tool.id
    this.#tool = tool
  }

  async campaign(): Promise<void> {
    const { command, env = {}, events, stands } = this.#tool
    const running = new SpokenEvents(command, env, (line) => {
      const event = events.find(({ says }) => says(line))?.event
      return event && { name: event, atMs: monotonicMs(), more: '' }
    })
    this.#events = running
    const told = running.next(['standing', 'elected'], 0).then(() => true)
    told.catch(() => undefined) // or asked
    while (stands && !(await Promise.race([told, stands()]))) await pause(20)
    await (stands ? undefined : told)
  }

  async resign(): Promise<number> {
    return this.#signal('SIGTERM')
  }

  async elected(): Promise<number> {
    return (await this.#running.next(['elected'], 0)).atMs
  }

  async resigned(): Promise<void> {
    await this.#running.closed
  }

  async lost(patienceMs: number): Promise<number | undefined> {
    // One that stops by itself has lost, too.
    const lost = this.#running.next(['lost', 'closed'], 0).then(({ atMs }) => atMs)
    lost.catch(() => undefined) // nobody may wait any more
    return Promise.race([lost, pause(patienceMs).then(() => undefined)])
  }

  async awoke(): Promise<undefined> {
    return undefined
  }

  stop(): number {
    return this.#signal('SIGSTOP')
  }

  continue(): number {
    return this.#signal('SIGCONT')
  }

  kill(): number {
    return this.#signal('SIGKILL')
  }

  async end(): Promise<void> {
    if (!this.#events) return
    this.kill()
    // What it has started itself.
    try {
      process.kill(-this.#events.child.pid!, 'SIGKILL')
    } catch {
      // Nothing is left.
    }
    await this.#events.closed
  }

  get #running(): SpokenEvents {
    if (!this.#events) throw new Error(`${this.id} does not campaign`)
    return this.#events
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGKILL'): number {
    const atMs = monotonicMs()
    this.#running.child.kill(signal)
    return atMs
  }
}
