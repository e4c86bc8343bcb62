import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConsensusError } from '@eldest/core'
import { freshName } from '@eldest/core/adapter'
import { localError } from './local-errors.js'
import { isAlive, thisProcess } from './process-name.js'

const IDLE = '0'
const WRITING = '1'
/** For how long those who write are asked to wait before they get their turn again. */
const INTENT_MS = 50

/**
 * Keeps the opening and closing of LMDB's environment apart from every commit, over all processes. LMDB of lmdb 3.5
 * sets the shared transaction counter in opening, to what it has read just before and without its lock: a commit of
 * another process in between is overwritten by the next one (LMDB's ITS#9496). The last one to close destroys the
 * shared locks, also of a process that is just opening.
 *
 * Who writes marks itself writing and then looks for intents; who opens declares its intent and then looks for marks:
 * one of the two sees the other, however long either is stopped in between. Marks and intents of dead processes do
 * not count, hence all processes must see each other's ids.
 */
export class LocalGate {
  readonly #folder: string
  readonly #mark: string
  readonly #intent: string
  readonly #file: number
  #closed = false

  constructor(folder: string) {
    this.#folder = folder
    const name = `${thisProcess()}-${freshName()}`
    this.#mark = join(folder, `writes-${name}`)
    this.#intent = join(folder, `opens-${name}`)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      this.#file = openSync(this.#mark, 'wx', 0o600)
      this.#set(IDLE)
    } catch (error) {
      throw localError(error, folder)
    }
  }

  /** Resolves once the caller may commit, to what it calls afterwards. */
  async enter(): Promise<() => void> {
    for (;;) {
      this.#set(WRITING)
      if (this.#living('opens-').length === 0) return this.#leave
      this.#set(IDLE)
      await delay(1 + Math.random() * 2, undefined, { ref: false }) // whoever waits for the commit has a deadline
    }
  }

  /** Runs the work while nobody commits, opens or closes. Errors: `UNAVAILABLE` after the time. */
  async alone<T>(timeoutMs: number, work: () => T | Promise<T>): Promise<T> {
    for (const startMs = performance.now(); ;) {
      try {
        writeFileSync(this.#intent, '', { mode: 0o600 })
        if (await this.#othersLeave()) return await work()
      } finally {
        rmSync(this.#intent, { force: true })
      }
      if (performance.now() - startMs > timeoutMs) throw this.#stuck(timeoutMs)
      await delay(Math.random() * INTENT_MS)
    }
  }

  /** Whether, in the time that an intent is given, nobody is left who writes, and nobody else opens. */
  async #othersLeave(): Promise<boolean> {
    const startMs = performance.now()
    while (performance.now() - startMs < INTENT_MS) {
      if (this.#living('opens-').length > 1) return false
      if (!this.#living('writes-').some((mark) => this.#isWriting(mark))) return true
      await delay(1)
    }
    return false
  }

  close(): void {
    this.#closed = true
    closeSync(this.#file)
    rmSync(this.#mark, { force: true })
  }

  readonly #leave = (): void => {
    if (!this.#closed) this.#set(IDLE)
  }

  #set(mark: string): void {
    if (this.#closed) throw new ConsensusError('STORE_CLOSED', 'the store is closed') // or it would write into another file
    writeSync(this.#file, mark, 0)
  }

  /** Those of living processes; what dead ones have left is removed. */
  #living(prefix: string): string[] {
    const names = this.#names().filter((name) => name.startsWith(prefix))
    return names.filter((name) => {
      if (isAlive(name.slice(prefix.length))) return true
      rmSync(join(this.#folder, name), { force: true })
      return false
    })
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder)
    } catch (error) {
      throw localError(error, this.#folder)
    }
  }

  #isWriting(mark: string): boolean {
    try {
      return readFileSync(join(this.#folder, mark), 'latin1') === WRITING
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false // closed meanwhile
      throw error
    }
  }

  #stuck(timeoutMs: number): ConsensusError {
    const writing = this.#living('writes-').filter((mark) => this.#isWriting(mark))
    const pids = [...writing, ...this.#living('opens-')].map((name) => name.split('-')[1]).join(', ')
    const message = `the store beside ${this.#folder} was in use for ${timeoutMs} ms without a pause: see whether process ${pids} is stopped`
    return new ConsensusError('UNAVAILABLE', message)
  }
}
