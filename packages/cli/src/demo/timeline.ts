import { hrtime } from 'node:process'
import colors from 'picocolors'
import { toJson } from '../report.js'
import type { NodeEvent } from './node-process.js'

const PAINT: Record<string, (text: string) => string> = {
  standby: colors.yellow,
  elected: colors.green,
  lost: colors.red,
  resigned: colors.cyan,
}

/** Prints what happens as it happens, with the seconds since the start. */
export class Timeline {
  readonly #json: boolean
  readonly #startMs = Number(hrtime.bigint() / 1000n) / 1000

  constructor(json: boolean) {
    this.#json = json
  }

  /** What the demo does. */
  say(text: string): void {
    const atMs = Number(hrtime.bigint() / 1000n) / 1000
    if (this.#json) this.#line(toJson({ event: 'step', text, elapsedMs: atMs - this.#startMs }))
    else this.#line(`${this.#stamp(atMs)} ${colors.bold(text)}`)
  }

  /** What a node says. */
  event({ event, id, fencingToken, reason, atMs }: NodeEvent): void {
    const elapsedMs = atMs - this.#startMs
    if (this.#json) {
      this.#line(toJson({ event, id, fencingToken, reason, elapsedMs }))
      return
    }
    const paint = PAINT[event] ?? String
    const why = reason === undefined || reason === event ? '' : ` (${reason})`
    this.#line(`${this.#stamp(atMs)}   ${id.padEnd(5)} ${paint(event.padEnd(8))} token ${fencingToken}${why}`)
  }

  /** One promise, kept or broken. */
  check(text: string, ok: boolean, figures: object): boolean {
    if (this.#json) this.#line(toJson({ event: 'check', text, ok, ...figures }))
    else this.#line(`${ok ? colors.green('ok') : colors.red('BROKEN')} ${text}`)
    return ok
  }

  #stamp(atMs: number): string {
    return colors.dim(`${((atMs - this.#startMs) / 1000).toFixed(3).padStart(7)} s`)
  }

  #line(text: string): void {
    process.stdout.write(text + '\n')
  }
}
