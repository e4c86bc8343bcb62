import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { hostNow, type Leadership } from '@eldest/core'
import type { Deadline, FromGuardian, ToGuardian } from './guardian-message.js'
import { signalGroup } from './process-group.js'

/** How a command ended; `message` if it could not be started. */
export interface CommandResult {
  code: number | null
  signal: NodeJS.Signals | null
  message?: string
}

/**
 * How long before the local deadline the whole group is killed: two scheduling delays of a busy machine, so that no
 * process of it is alive when somebody else may lead.
 */
const KILL_MARGIN_MS = 100

/** A command that lives no longer than a leadership, whatever becomes of this process. */
export class GuardedCommand {
  /** Settles when no process of the command's group is left. Never rejects. */
  readonly exited: Promise<CommandResult>
  readonly #leadership: Leadership
  readonly #ttlMs: number
  readonly #guardian: ChildProcess
  #groupId: number | undefined
  #timer: NodeJS.Timeout | undefined
  #signalled = false
  #over = false

  constructor(leadership: Leadership, ttlMs: number, [command, ...args]: [string, ...string[]]) {
    this.#leadership = leadership
    this.#ttlMs = ttlMs
    const env = {
      ...process.env,
      ELDEST_ELECTION: leadership.election,
      ELDEST_ID: leadership.id,
      ELDEST_FENCING_TOKEN: String(leadership.fencingToken),
    }
    this.#guardian = fork(fileURLToPath(new URL('./guardian.js', import.meta.url)), {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: true,
      execArgv: [],
      env,
    })
    this.exited = this.#waitForExit()
    this.#tell({ type: 'start', command, args, deadline: this.#deadline() })
    this.#refresh()
    leadership.signal.addEventListener('abort', () => this.#refresh(), { once: true })
  }

  /** Passes a signal on to the command's group. One that ends programs also stands for our own SIGTERM. */
  signal(name: NodeJS.Signals): void {
    this.#signalled ||= !name.startsWith('SIGUSR')
    this.#tell({ type: 'signal', name })
  }

  /** Confirms the leadership to the guardian, and is the second to enforce its end should the guardian not. */
  #refresh(): void {
    clearTimeout(this.#timer)
    if (this.#over) return
    const deadline = this.#deadline()
    this.#tell({ type: 'deadline', deadline })
    const leftMs = deadline.killAtMs - hostNow()
    if (leftMs <= 0 && this.#groupId !== undefined) signalGroup(this.#groupId, 'SIGKILL')
    const pauseMs = Math.max(20, Math.min(this.#ttlMs / 12, leftMs))
    this.#timer = setTimeout(() => this.#refresh(), pauseMs)
  }

  #deadline(): Deadline {
    const { signal } = this.#leadership
    const nowMs = hostNow()
    const killAtMs = nowMs + this.#leadership.remainingMs() - KILL_MARGIN_MS
    // A signal that the user sent is the command's request to end; a SIGTERM of ours on top would be a second one.
    const asked = this.#signalled ? killAtMs : nowMs
    return { killAtMs, termAtMs: signal.aborted ? asked : killAtMs - this.#ttlMs / 3 }
  }

  #tell(message: ToGuardian): void {
    // It may be gone any moment; that is noticed by its exit, not here.
    if (this.#guardian.connected) this.#guardian.send(message, () => undefined)
  }

  #waitForExit(): Promise<CommandResult> {
    return new Promise((resolve) => {
      let result: CommandResult | undefined
      this.#guardian.on('message', (message: FromGuardian) => {
        if (message.type === 'started') this.#groupId = message.pid
        if (message.type === 'exited') result = { code: message.code, signal: message.signal }
        if (message.type === 'failed') result = { code: 127, signal: null, message: message.message }
      })
      const finish = (fallback: CommandResult) => {
        clearTimeout(this.#timer)
        this.#over = true
        // Without a result the guardian was killed: its command must not outlive it.
        if (!result && this.#groupId !== undefined) signalGroup(this.#groupId, 'SIGKILL')
        resolve(result ?? fallback)
      }
      this.#guardian.on('error', (error) => finish({ code: 1, signal: null, message: error.message }))
      this.#guardian.on('exit', () => finish({ code: null, signal: 'SIGKILL', message: 'the guardian was killed' }))
    })
  }
}
