// A service written with the library: while it leads it writes to a resource outside, with its fencing token, and to
// the store, guarded by its leadership. It prints the lines of `eldest campaign --json`, what is left to stop in, and
// when its work has settled.
// Argument: a WritingService as JSON. A line `block N` on its input stops its event loop for N ms.
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, Election, isConsensusError, type Leadership, type Standby } from '@eldest/core'

/** What it is started with. */
export interface WritingService {
  url: string
  election: string
  id: string
  ttlMs: number
  /** The URL of the resource outside. */
  resource: string
  /** The key in the store. */
  cursor: string
  /** How long its work takes to settle when it has been told to stop, in milliseconds. Default: 0. */
  settlingMs?: number | undefined
  /** Writes once more when it has been told to stop, as somebody does who does not look. Default: no. */
  careless?: boolean | undefined
}

const service = JSON.parse(process.argv[2]!) as WritingService
const { url, id, ttlMs, resource, cursor, settlingMs = 0, careless = false } = service
const shutdown = new AbortController()
process.once('SIGTERM', () => shutdown.abort())

createInterface(process.stdin).on('line', (line) => {
  const untilMs = performance.now() + Number(line.split(' ')[1])
  tell('stopped')
  while (performance.now() < untilMs);
  tell('continued')
})

const store = await connect(url).catch((error: unknown) => {
  process.stderr.write(`${id}: ${String(error)}\n`)
  process.exit(1)
})
const election = new Election(store, service.election, { id, ttlMs })
await election.run(work, {
  signal: shutdown.signal,
  standby: (standby) => {
    tell('standby', standby)
    tellEnd(standby)
  },
  onError: (error) => process.stderr.write(`${id}: ${String(error)}\n`),
})
await store.close()
process.stdin.destroy()

async function work(leadership: Leadership): Promise<void> {
  if (!leadership.signal.aborted) tell('elected', leadership)
  tellEnd(leadership)
  while (!leadership.signal.aborted) await write(leadership, leadership.signal)
  if (careless) await write(leadership)
  await sleep(settlingMs)
  tell('settled', leadership)
}

async function write(leadership: Leadership, signal?: AbortSignal): Promise<void> {
  const { fencingToken } = leadership
  try {
    await fetch(`${resource}/${id}/${fencingToken}`, { method: 'POST', ...(signal && { signal }) })
    await leadership.put(cursor, Buffer.from(String(fencingToken)), { signal })
    await sleep(20, undefined, { signal })
  } catch (error) {
    // The store may be out of reach for a while: that is what the signal is for.
    if (!signal?.aborted && !isConsensusError(error)) throw error
  }
}

function tellEnd(bid: Standby | Leadership): void {
  bid.signal.addEventListener(
    'abort',
    () => {
      const reason: unknown = bid.signal.reason
      if (!isConsensusError(reason, 'LEADERSHIP_LOST', 'LEADERSHIP_RESIGNED')) return // elected
      tell(reason.code === 'LEADERSHIP_RESIGNED' ? 'resigned' : 'lost', bid, reason.ending)
    },
    { once: true },
  )
}

function tell(event: string, bid?: Standby | Leadership, reason?: string): void {
  // The moment first: should the process stand still in between, it claims less time than it had.
  const monotonicNs = String(process.hrtime.bigint())
  const fencingToken = bid?.fencingToken.toString()
  const leftMs = bid && 'remainingMs' in bid && reason !== undefined ? bid.remainingMs() : undefined
  console.log(JSON.stringify({ event, fencingToken, reason, leftMs, monotonicNs }))
}
