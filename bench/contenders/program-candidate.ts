import type { Candidate } from './contender.js'
import { monotonicMs, pause } from './monotonic-clock.js'
import { SpokenEvents } from './spoken-events.js'

/** How to start a program of ours, which speaks the protocol of programs/stage.ts. */
export interface ProgramStart {
  id: string
  command: string[]
  /** What else is to be done to be rid of it, such as removing its container. */
  remove?: () => Promise<void>
}

/** What a program takes for a step that waits for nobody, on the busiest machine. */
const PROMPT_MS = 30_000

/** A candidate that tells its times itself. */
export class ProgramCandidate implements Candidate {
  readonly id: string
  readonly #events: SpokenEvents
  readonly #remove: () => Promise<void>
  #pid = 0
  #campaignedAt = 0
  #resignedAt = 0
  #continuedAt = 0

  private constructor({ id, command, remove = async () => undefined }: ProgramStart) {
    this.id = id
    this.#remove = remove
    this.#events = new SpokenEvents(command, {}, (line) => {
      const [name = '', at = '', more = ''] = line.split(' ')
      return { name, atMs: Number(at), more }
    })
  }

  static async start(start: ProgramStart): Promise<ProgramCandidate> {
    const candidate = new ProgramCandidate(start)
    // It says itself who it is: in a container it is not our child.
    candidate.#pid = Number((await candidate.#events.next(['ready'], 0, PROMPT_MS)).more)
    return candidate
  }

  async campaign(): Promise<void> {
    this.#campaignedAt = this.#events.count
    this.#say('campaign')
    await this.#events.next(['standing', 'elected'], this.#campaignedAt, PROMPT_MS)
  }

  async resign(): Promise<number> {
    this.#resignedAt = this.#events.count
    this.#say('resign')
    return (await this.#events.next(['resigning'], this.#resignedAt, PROMPT_MS)).atMs
  }

  async elected(): Promise<number> {
    return (await this.#events.next(['elected'], this.#campaignedAt)).atMs
  }

  async resigned(): Promise<void> {
    await this.#events.next(['resigned'], this.#resignedAt)
  }

  async lost(patienceMs: number): Promise<number | undefined> {
    const lost = this.#events.next(['lost'], this.#campaignedAt).then(({ atMs }) => atMs)
    lost.catch(() => undefined) // nobody may wait any more
    return Promise.race([lost, pause(patienceMs).then(() => undefined)])
  }

  async awoke(): Promise<{ atMs: number; leads: boolean }> {
    const { atMs, more } = await this.#events.next(['awake'], this.#continuedAt, PROMPT_MS)
    return { atMs, leads: more === 'leads' }
  }

  stop(): number {
    return this.#signal('SIGSTOP')
  }

  continue(): number {
    this.#continuedAt = this.#events.count
    return this.#signal('SIGCONT')
  }

  kill(): number {
    return this.#signal('SIGKILL')
  }

  async end(): Promise<void> {
    try {
      this.#signal('SIGKILL')
    } catch {
      // It has ended.
    }
    await this.#remove()
    await this.#events.closed
  }

  #say(word: string): void {
    this.#events.child.stdin!.write(`${word}\n`)
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): number {
    const atMs = monotonicMs()
    process.kill(this.#pid, signal)
    return atMs
  }
}
