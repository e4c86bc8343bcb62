import { createInterface } from 'node:readline'
import type { Place } from '../contender.js'
import { monotonicMs } from '../monotonic-clock.js'

/** What a program tells: that it stands behind somebody, leads, or has noticed that it leads no more. */
export type Tell = (event: 'standing' | 'elected' | 'lost') => void

/** A program that stands in an election; one candidacy at a time. */
export interface Actor {
  /** Begins to stand; what comes of it is told. */
  campaign(): void | Promise<void>
  /** Resolves when the next one may lead and this one could campaign again. */
  resign(): Promise<void>
  /** Whether it says that it leads, with no I/O. */
  leads(): boolean
}

/** A process that was away for so long stood still. */
const STOOD_STILL_MS = 1000
const LOOK_EVERY_MS = 2

/**
 * The protocol: arguments address, election, id, TTL in milliseconds; `campaign` and `resign` on stdin, whose end is
 * the program's; on stdout an event a line, with the host's monotonic time.
 */
export async function perform(open: (place: Place, tell: Tell) => Promise<Actor>): Promise<void> {
  const [address, election, id, ttl] = process.argv.slice(2) as [string, string, string, string]
  const say = (event: string, atMs = monotonicMs(), more = '') => process.stdout.write(`${event} ${atMs} ${more}\n`)
  const actor = await open({ address, election, id, ttlMs: Number(ttl) }, (event) => say(event))
  lookAfterStandstill(actor, (atMs, leads) => say('awake', atMs, leads ? 'leads' : 'led'))
  const lines = createInterface(process.stdin)
  lines.on('close', () => process.exit())
  lines.on('line', (line) => {
    const obey = async () => {
      if (line === 'campaign') return actor.campaign()
      const atMs = monotonicMs()
      const resigned = actor.resign()
      say('resigning', atMs)
      await resigned
      say('resigned')
    }
    obey().catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
  })
  say('ready', monotonicMs(), String(process.pid))
}

/** By a timer that is older than all others, hence the first to run. */
function lookAfterStandstill(actor: Actor, saw: (atMs: number, leads: boolean) => void): void {
  let lastMs = monotonicMs()
  setInterval(() => {
    const nowMs = monotonicMs()
    if (nowMs - lastMs > STOOD_STILL_MS) {
      const leads = actor.leads()
      saw(monotonicMs(), leads)
    }
    lastMs = nowMs
  }, LOOK_EVERY_MS)
}
