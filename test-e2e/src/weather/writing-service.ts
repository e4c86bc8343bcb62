// A service written with the library: while it leads it writes to a resource outside, with its fencing token, and to
// the store, guarded by its leadership. It prints the lines of `eldest campaign --json`.
// Arguments: store, resource, id, TTL in milliseconds. A line `block N` on its input stops its event loop for N ms.
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, Election, isConsensusError, type Leadership, type Standby } from '@eldest/core'

const [url, resource, id, ttlMs] = process.argv.slice(2) as [string, string, string, string]
const shutdown = new AbortController()
process.once('SIGTERM', () => shutdown.abort())

createInterface(process.stdin).on('line', (line) => {
  const untilMs = performance.now() + Number(line.split(' ')[1])
  tell('stopped')
  while (performance.now() < untilMs);
  tell('continued')
})

const store = await connect(url)
const election = new Election(store, 'storm', { id, ttlMs: Number(ttlMs) })
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
  while (!leadership.signal.aborted) await write(leadership)
}

async function write(leadership: Leadership): Promise<void> {
  const { fencingToken, signal } = leadership
  try {
    await fetch(`${resource}/${id}/${fencingToken}`, { method: 'POST', signal })
    await leadership.put('storm-result', Buffer.from(String(fencingToken)), { signal })
    await sleep(20, undefined, { signal })
  } catch (error) {
    // The store may be out of reach for a while: that is what the signal is for.
    if (!signal.aborted && !isConsensusError(error)) throw error
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
  const fencingToken = bid?.fencingToken.toString()
  console.log(JSON.stringify({ event, fencingToken, reason, monotonicNs: String(process.hrtime.bigint()) }))
}
