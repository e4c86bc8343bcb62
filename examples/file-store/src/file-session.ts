import type { Clock } from '@eldest/core'
import { freshName, KeptSession, type Requests } from '@eldest/core/adapter'
import type { FileClient } from './file-client.js'

/** What a session is opened with. */
export interface FileSessionOptions {
  requests: Requests<FileClient>
  clock: Clock
  ttlMs: number
  requestTimeoutMs: number
  /** Throws for a value that the store does not take. */
  assertValue: (value: Uint8Array) => void
}

/**
 * Opens a session. Its local deadline counts from the moment the last acknowledged renewal was sent: the commit that
 * acknowledges it was computed later, by the same clock, so it keeps the session for longer than that.
 */
export async function openFileSession(options: FileSessionOptions): Promise<KeptSession> {
  const { requests, clock, ttlMs, requestTimeoutMs, assertValue } = options
  const id = freshName()
  const heldSinceMs = clock.now()
  await requests.idempotent('opening a session', {}, (client, waiting) => client.openSession(id, ttlMs, waiting))
  return new KeptSession({
    clock,
    id,
    ttlMs,
    heldSinceMs,
    requestTimeoutMs,
    backend: {
      async renew(signal) {
        const sentMs = clock.now()
        await requests.once('a renewal', { signal }, (client, waiting) => client.renewSession(id, waiting))
        return sentMs
      },
      async create(key, value) {
        assertValue(value)
        return requests.once(`creating ${key}`, {}, (client, waiting) => client.create(id, key, value, waiting))
      },
      remove: (entry) => requests.once('a deletion', {}, (client, waiting) => client.delete(entry.key, entry, waiting)),
      end: () => requests.once('the end of a session', {}, (client, waiting) => client.endSession(id, waiting)),
    },
  })
}
