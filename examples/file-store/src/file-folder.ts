import { randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConsensusError } from '@eldest/core'
import { fileError } from './file-errors.js'

/** How many commits stay before they are removed. */
const KEPT = 100
const COMMIT = /^(\d{16})\.json$/

/** A folder of commits: immutable files `0000000000000001.json`, `…2.json`, each of them the whole state. */
export class FileFolder {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** The newest commit; number 0, without text, in a folder that has none. */
  async newest(): Promise<{ number: number; text: string | undefined }> {
    for (;;) {
      const number = (await this.#numbers()).at(-1) ?? 0
      if (number === 0) return { number, text: undefined }
      try {
        return { number, text: await readFile(this.#file(number), 'utf8') }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(error, 'read')
        // More than KEPT commits came in between: look again.
      }
    }
  }

  /** Makes this commit if nobody has made one of that number; `false`: somebody has. */
  async commit(number: number, text: string): Promise<boolean> {
    const draft = `${this.#file(number)}.${randomBytes(8).toString('hex')}`
    try {
      await writeFile(draft, text, { mode: 0o600 })
      // The compare-and-set: it fails where the name exists, and the file has its whole content when the name appears.
      await link(draft, this.#file(number))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw fileError(error, 'write')
    } finally {
      await rm(draft, { force: true }).catch(() => undefined) // rubbish, removed with the commits around it
    }
    const newest = (await this.#numbers()).at(-1) ?? 0
    if (newest - number >= KEPT) {
      // This process stood still. Either the others have committed all this since, or the name was free only because
      // it had been removed, and the commit is nobody's past.
      throw new ConsensusError('OUTCOME_UNKNOWN', `commit ${number} came late: the store is at ${newest} by now`)
    }
    if (number % KEPT === 0) await this.#removeBefore(number - KEPT)
    return true
  }

  async #numbers(): Promise<number[]> {
    const numbers = (await this.#names()).map((name) => Number(COMMIT.exec(name)?.[1] ?? 0))
    return numbers.filter((number) => number > 0).sort((a, b) => a - b)
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#path)
    } catch (error) {
      throw fileError(error, 'read')
    }
  }

  /** Commits, and what processes that were killed have left beside them. */
  async #removeBefore(number: number): Promise<void> {
    const names = (await this.#names()).filter((name) => Number(name.slice(0, 16)) < number)
    await Promise.allSettled(names.map((name) => rm(join(this.#path, name), { force: true })))
  }

  #file(number: number): string {
    return join(this.#path, `${String(number).padStart(16, '0')}.json`)
  }
}

/** Makes the folder where there is none. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileError(error, 'open')
  }
}
