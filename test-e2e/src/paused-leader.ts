// A small service written with the library: leads, and looks at its leadership on a timer that is older than the
// leadership's own, so that after a pause it is the first to run. Prints what it saw as JSON lines.
import { connect, Election, isConsensusError } from '@eldest/core'

const [url, ttlMs] = process.argv.slice(2) as [string, string]
const store = await connect(url)
const election = new Election(store, 'paused', { ttlMs: Number(ttlMs) })
const leadership = await election.campaign()
const print = (line: object) => process.stdout.write(JSON.stringify(line) + '\n')
let lastMs = performance.now()
print({ event: 'elected' })

async function report(remainingMs: number, refusal: unknown): Promise<void> {
  const { aborted } = leadership.signal
  let put = 'accepted'
  try {
    await leadership.put('paused/cursor', new Uint8Array([1]))
  } catch (error) {
    put = isConsensusError(error) ? error.code : String(error)
  }
  print({ event: 'woke', remainingMs, aborted, refused: isConsensusError(refusal, 'LEADERSHIP_LOST'), put })
  await store.close()
}

const timer = setInterval(() => {
  const sinceMs = performance.now() - lastMs
  lastMs = performance.now()
  if (sinceMs < Number(ttlMs)) return
  clearInterval(timer)
  const remainingMs = leadership.remainingMs()
  let refusal: unknown
  try {
    leadership.assertValid()
  } catch (error) {
    refusal = error
  }
  report(remainingMs, refusal).catch((error: unknown) => print({ event: 'failed', error: String(error) }))
}, 20)
