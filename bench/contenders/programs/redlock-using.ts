// npm redlock's `using`, with its default settings but for trying without end.
import { Redis } from 'ioredis'
import Redlock from 'redlock'
import { perform } from './stage.js'

await perform(async ({ address, election, ttlMs }, tell) => {
  const [host, port] = address.split(':') as [string, string]
  const redlock = new Redlock([new Redis({ host, port: Number(port) })])
  let resign = () => {}
  let held: AbortSignal | undefined
  let using = Promise.resolve()
  let stood = false
  redlock.on('error', () => {
    if (!stood) tell('standing') // refused once: from now on it tries at intervals
    stood = true
  })
  return {
    campaign() {
      stood = false
      using = redlock.using([election], ttlMs, { retryCount: -1 }, async (signal) => {
        held = signal
        stood = true
        tell('elected')
        let resigned = false
        signal.addEventListener('abort', () => {
          if (!resigned) tell('lost')
        })
        await new Promise<void>((resolve) => (resign = resolve))
        resigned = true
        held = undefined
      })
      using.catch(() => undefined) // told by the signal
    },
    async resign() {
      resign()
      await using
    },
    leads: () => held !== undefined && !held.aborted,
  }
})
