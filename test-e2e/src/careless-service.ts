// A service that writes to a resource while it leads, and never looks whether it still does: what a paused process
// comes to. Arguments: store, resource, id, TTL in milliseconds.
import { connect, Election } from '@eldest/core'

const [url, resource, id, ttlMs] = process.argv.slice(2) as [string, string, string, string]
const store = await connect(url)
const leadership = await new Election(store, 'resource', { id, ttlMs: Number(ttlMs) }).campaign()

for (;;) {
  await fetch(`${resource}/${id}/${leadership.fencingToken}`, { method: 'POST' })
  await new Promise((resolve) => setTimeout(resolve, 10))
}
