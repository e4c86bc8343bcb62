import { readdirSync, readFileSync } from 'node:fs'
import type { CandidateProcess } from '../candidate-process.js'

interface Size {
  residentKib: number
  handles: number
}

/** What a process weighs at the start, at half-time and at the end (Linux). It lives all the time. */
export class Witness {
  readonly #process: CandidateProcess
  readonly #start: Size
  #half: Size | undefined

  constructor(process: CandidateProcess) {
    this.#process = process
    this.#start = this.#size()
  }

  /** What it weighs at half-time: what it needs for its work it has by then. */
  halfTime(): void {
    if (this.#process.running) this.#half ??= this.#size()
  }

  /** No election ends a process: it has only suffered from its network and its servers. */
  get hasEnded(): boolean {
    return !this.#process.running
  }

  report(): string {
    if (this.hasEnded) return `has ended by itself: ${this.#process.stderr}`
    const sizes = [this.#start, ...(this.#half ? [this.#half] : []), this.#size()]
    const mib = sizes.map(({ residentKib }) => (residentKib / 1024).toFixed(1)).join(' → ')
    return `${mib} MiB resident, ${sizes.map(({ handles }) => handles).join(' → ')} file descriptors`
  }

  #size(): Size {
    const { pid } = this.#process
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return {
      residentKib: Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]),
      handles: readdirSync(`/proc/${pid}/fd`).length,
    }
  }
}
