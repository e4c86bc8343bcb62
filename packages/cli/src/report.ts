import { hrtime } from 'node:process'
import colors from 'picocolors'

/** What happens to one candidate, as `campaign` and `run` tell it. */
export interface CandidateEvent {
  event: 'standby' | 'elected' | 'lost' | 'resigned'
  election: string
  id: string
  fencingToken: bigint
  /** For `lost` and `resigned`: why. */
  reason?: string | undefined
  /** The same for people. */
  detail?: string | undefined
}

const PAINT = { standby: colors.yellow, elected: colors.green, lost: colors.red, resigned: colors.cyan }

/** Prints events to a stream: lines for people, or with `json` one object a line. */
export class Reporter {
  readonly #stream: NodeJS.WritableStream
  readonly #json: boolean

  constructor(stream: NodeJS.WritableStream, json: boolean) {
    this.#stream = stream
    this.#json = json
  }

  candidate({ detail, ...event }: CandidateEvent): void {
    if (this.#json) {
      this.object({ ...event, detail })
      return
    }
    const { event: kind, election, id, fencingToken } = event
    const why = kind === 'lost' && detail !== undefined ? `: ${detail}` : ''
    this.line(`${PAINT[kind](kind.padEnd(8))} ${id} in ${election}, token ${fencingToken}${why}`)
  }

  /** One object with its time, as one line of JSON; bigints as decimal strings. */
  object(fields: object): void {
    const stamped = { ...fields, at: new Date().toISOString(), monotonicNs: hrtime.bigint() }
    this.#stream.write(toJson(stamped) + '\n')
  }

  /** One line for people; nothing with `json`. */
  line(text: string): void {
    if (!this.#json) this.#stream.write(`${colors.dim(new Date().toISOString().slice(11, 23))} ${text}\n`)
  }
}

/** JSON on one line, bigints as decimal strings, undefined members left out; nothing for `undefined` itself. */
export function toJson(value: unknown): string {
  if (value === undefined) return ''
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? member.toString() : member))
}
