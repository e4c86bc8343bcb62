import { isConsensusError } from '@eldest/core'
import colors from 'picocolors'
import { toJson } from '../report.js'
import type { Verdict } from './trial.js'

const ERASE_LINE = '\r\u001b[2K'
/** How much of an error is shown: the difference between two values may go on for hundreds of lines. */
const SHOWN_LINES = 16

/** Counts verdicts and prints them: lines for people, or with `json` one object a line. */
export class Scoreboard {
  readonly #stream: NodeJS.WriteStream
  readonly #json: boolean
  readonly #total: number
  readonly #startMs = performance.now()
  #passed = 0
  #failed = 0

  constructor(stream: NodeJS.WriteStream, { json, total }: { json: boolean; total: number }) {
    this.#stream = stream
    this.#json = json
    this.#total = total
  }

  get failed(): number {
    return this.#failed
  }

  /** Says on a terminal, until the verdict comes, which case is under way. */
  begin(name: string): void {
    if (this.#json || !this.#stream.isTTY) return
    const line = `${this.#passed + this.#failed + 1}/${this.#total} ${name} …`
    this.#stream.write(colors.dim(line.slice(0, (this.#stream.columns || 80) - 1)))
  }

  add({ name, tookMs, failure }: Verdict): void {
    if (failure) this.#failed++
    else this.#passed++
    if (this.#json) {
      this.#object({ case: name, ok: !failure, tookMs, ...(failure && { error: jsonOf(failure.error) }) })
      return
    }
    const mark = failure ? colors.red('FAILED') : colors.green('ok    ')
    const why = failure ? shorten(linesOf(failure.error)).map((line) => `       ${line}\n`) : []
    this.#line(`${mark} ${name} ${colors.dim(`(${Math.round(tookMs)} ms)`)}\n${why.join('')}`)
  }

  /** `stopped`: what ended the run before its time. */
  end(stopped?: string): void {
    const tookMs = performance.now() - this.#startMs
    const notRun = this.#total - this.#passed - this.#failed
    if (this.#json) {
      this.#object({ passed: this.#passed, failed: this.#failed, notRun, tookMs, stopped })
      return
    }
    const rest = stopped === undefined ? '' : `, ${notRun} not run: ${stopped}`
    this.#line(`\n${this.#passed} passed, ${this.#failed} failed${rest} (${(tookMs / 1000).toFixed(1)} s)\n`)
  }

  #line(text: string): void {
    this.#stream.write((this.#stream.isTTY ? ERASE_LINE : '') + text)
  }

  #object(fields: object): void {
    this.#stream.write(toJson(fields) + '\n')
  }
}

function shorten(lines: string[]): string[] {
  if (lines.length <= SHOWN_LINES) return lines
  return [...lines.slice(0, SHOWN_LINES), `… and ${lines.length - SHOWN_LINES} lines more: --json shows them`]
}

function jsonOf(error: unknown): object {
  const code = isConsensusError(error) ? error.code : undefined
  return { message: linesOf(error).join('\n'), code }
}

/** The error and what is behind it. Only what is neither an assertion nor of the store keeps its stack. */
function linesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const isExpected = isConsensusError(error) || error.name === 'AssertionError' || error.cause !== undefined
  const text = isExpected ? error.message : (error.stack ?? error.message)
  const code = isConsensusError(error) ? ` (${error.code})` : ''
  const lines = `${text}${code}`.split('\n').filter((line) => line.trim() !== '')
  return error.cause === undefined ? lines : [...lines, ...linesOf(error.cause).map((line) => `  because: ${line}`)]
}
