import { readdirSync, readFileSync } from 'node:fs'
import type { CandidateProcess } from '../candidate-process.js'

interface Size {
  residentKib: number
  handles: number
}

/** What a process weighs at the start and at the end (Linux). */
export class Witness {
  readonly #pid: number
  readonly #start: Size

  constructor(process: CandidateProcess) {
    this.#pid = process.pid
    this.#start = this.#size()
  }

  report(): string {
    const end = this.#size()
    const { residentKib, handles } = this.#start
    const mib = (kib: number) => (kib / 1024).toFixed(1)
    return `${mib(residentKib)} → ${mib(end.residentKib)} MiB resident, ${handles} → ${end.handles} file descriptors`
  }

  #size(): Size {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8')
    return {
      residentKib: Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]),
      handles: readdirSync(`/proc/${this.#pid}/fd`).length,
    }
  }
}
