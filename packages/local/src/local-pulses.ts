import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { ConsensusError } from '@eldest/core'
import { localError } from './local-errors.js'

/** The sign of life of each session: when, on the host's clock, its owner was last heard of. */
export interface Pulses {
  /** For a session of this process, with its first beat. */
  start(id: string, nowMs: number): Promise<void>
  /** Beats in the order of the calls. `SESSION_LOST` where somebody has removed the pulse. */
  beat(id: string, nowMs: number): Promise<void>
  /** Beats no more; the last beat stays. */
  rest(id: string): void
  /** The latest beat of anybody's session; `undefined` if it has none. */
  last(id: string): number | undefined
  /** Takes away what an ended session leaves. */
  remove(id: string): void
  /** Takes away what sessions left whose processes died in opening or ending them. */
  tidy(isAlive: (id: string) => boolean): void
  close(): void
}

/** No process takes so long between writing a first beat and committing its session. */
const ORPHAN_MS = 600_000

interface Pulse {
  file: FileHandle
  writing: Promise<unknown>
}

/**
 * A folder with one file of two equal numbers for each session. Not in the store file itself, because a beat must need
 * no lock: a process that is stopped while it holds LMDB's would else end the sessions of all others. The owner writes
 * through its open file, so that a beat that comes too late, into a removed file, is heard by nobody.
 */
export class PulseFolder implements Pulses {
  readonly #folder: string
  readonly #beating = new Map<string, Pulse>()

  constructor(folder: string) {
    this.#folder = folder
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (error) {
      throw localError(error, folder)
    }
  }

  async start(id: string, nowMs: number): Promise<void> {
    try {
      this.#beating.set(id, { file: await open(this.#path(id), 'wx', 0o600), writing: Promise.resolve() })
      await this.beat(id, nowMs)
    } catch (error) {
      this.rest(id)
      this.remove(id)
      throw localError(error, this.#folder)
    }
  }

  async beat(id: string, nowMs: number): Promise<void> {
    const pulse = this.#beating.get(id)
    if (!pulse) throw new ConsensusError('SESSION_CLOSED', `session ${id} has ended`)
    const write = async () => {
      await pulse.file.write(new Uint8Array(new Float64Array([nowMs, nowMs]).buffer), 0, 16, 0)
      return (await pulse.file.stat()).nlink > 0
    }
    const written = pulse.writing.then(write)
    pulse.writing = written.catch(() => undefined) // an earlier time must never be written after a later one
    const kept = await written.catch((error: unknown) => {
      throw localError(error, this.#folder)
    })
    if (!kept) throw new ConsensusError('SESSION_LOST', `session ${id} has ended at the store`)
  }

  rest(id: string): void {
    const pulse = this.#beating.get(id)
    this.#beating.delete(id)
    pulse?.writing.then(() => pulse.file.close()).catch(() => undefined)
  }

  last(id: string): number | undefined {
    for (let attempt = 0; attempt < 10; attempt++) {
      const bytes = this.#read(id)
      if (!bytes) return undefined
      if (bytes.length < 16) continue // just being made
      const [first, second] = [bytes.readDoubleLE(0), bytes.readDoubleLE(8)]
      if (first === second) return first // or it was read in the middle of a beat
    }
    return undefined
  }

  remove(id: string): void {
    try {
      rmSync(this.#path(id), { force: true })
    } catch {
      // It is tidied away later.
    }
  }

  tidy(isAlive: (id: string) => boolean): void {
    for (const id of readdirSync(this.#folder)) {
      const stat = statSync(this.#path(id), { throwIfNoEntry: false })
      // Files have wall time. A wrong one only puts the tidying off, or to the proof whether the process lives.
      if (stat && Date.now() - stat.mtimeMs > ORPHAN_MS && !isAlive(id)) this.remove(id)
    }
  }

  close(): void {
    for (const id of [...this.#beating.keys()]) this.rest(id)
  }

  #read(id: string): Buffer | undefined {
    try {
      return readFileSync(this.#path(id))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw localError(error, this.#folder)
    }
  }

  #path(id: string): string {
    return join(this.#folder, id)
  }
}
