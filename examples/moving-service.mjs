// One node of a fleet that moves from one store to another, with never two leaders (docs/moving-stores.md):
//
//   node examples/moving-service.mjs NAME GENERATION STORE          before and after the move
//   node examples/moving-service.mjs NAME GENERATION STORE NEXT     during the move: leads only if both stores say so
//
// GENERATION counts the moves that are over. Prints a line for each term: when it leads, and when it stops.
import { connect, Election, isConsensusError } from '@eldest/core'

const [id, generationText, url, nextUrl] = process.argv.slice(2)
const generation = Number(generationText)
const ttlMs = Number(process.env.TTL_MS ?? 15_000)
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => stop.abort(new Error(name)))

/** What the protected resource compares: a later generation is larger than every token of an earlier one. */
const tokenOf = (leadership) => (BigInt(generation) << 64n) | leadership.fencingToken

async function work(signal, token) {
  print('elected', token)
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  print('lost', token, signal.reason.ending)
}

/** Throws once a leader of a later generation has been here: from then on this node must be restarted to lead. */
async function assertNotMoved(store) {
  const entry = await store.get('moving/generation')
  const reached = entry ? Number(new TextDecoder().decode(entry.value)) : 0
  if (reached > generation) throw new Error(`the fleet has moved on to generation ${reached}: restart ${id} with it`)
}

const store = await connect(url)
const next = nextUrl === undefined ? undefined : await connect(nextUrl)
const options = { id, ttlMs }
try {
  await new Election(store, 'service', options).run(
    async (leadership) => {
      await assertNotMoved(store)
      if (!next) {
        // Under the leadership's guard, and before any work: no node of an earlier generation leads after this.
        await leadership.put('moving/generation', new TextEncoder().encode(String(generation)))
        return work(leadership.signal, tokenOf(leadership))
      }
      const both = new AbortController()
      leadership.signal.addEventListener('abort', () => both.abort(leadership.signal.reason), { once: true })
      await new Election(next, 'service', options).run(
        async (nextLeadership) => {
          await assertNotMoved(next)
          await work(nextLeadership.signal, tokenOf(leadership))
        },
        { signal: both.signal },
      )
    },
    { signal: stop.signal },
  )
} catch (error) {
  process.stderr.write(`${isConsensusError(error) ? error.code : ''} ${error.message}\n`)
  process.exitCode = 1
} finally {
  await next?.close()
  await store.close()
}

function print(event, token, reason) {
  const line = { event, fencingToken: String(token), reason, monotonicNs: String(process.hrtime.bigint()) }
  process.stdout.write(JSON.stringify(line) + '\n')
}
