import { type Clock, ConsensusError } from '@eldest/core'
import { CLOCK_STEP_MS, freshName, KeptSession, withDeadline } from '@eldest/core/adapter'
import { readSession } from './local-layout.js'
import type { LocalLedger } from './local-ledger.js'
import type { Pulses } from './local-pulses.js'
import { assertSize } from './local-value.js'

/** What a session needs of its store. */
export interface LocalSessionOptions {
  ledger: LocalLedger
  pulses: Pulses
  clock: Clock
  ttlMs: number
  requestTimeoutMs: number
}

/** Opens a session in the file and keeps it alive. */
export async function openLocalSession(options: LocalSessionOptions): Promise<KeptSession> {
  const { ledger, pulses, clock, ttlMs, requestTimeoutMs } = options
  const id = freshName()
  ledger.assertUsable()
  const onTimeout = () => new ConsensusError('UNAVAILABLE', 'the disk of the store does not answer')
  await withDeadline({ clock, timeoutMs: requestTimeoutMs, onTimeout }, () => pulses.start(id, clock.now()))
  let heldSinceMs: number
  try {
    heldSinceMs = await ledger.write((draft) => draft.openSession(id, ttlMs))
  } catch (error) {
    pulses.rest(id) // and the pulse is tidied away, unless the session was opened after all and has to run out
    throw error
  }

  const end = () => ledger.write((draft) => draft.endSession(id), { urgent: true, alone: true })

  /**
   * A beat that was written before the deadline is seen by everybody who judges after it. One that may have been later
   * proves nothing: somebody may have judged by the beat before, and be about to commit.
   */
  async function renew(): Promise<number> {
    const sentMs = clock.now()
    const deadlineMs = heldSinceMs + ttlMs - CLOCK_STEP_MS
    if (sentMs < deadlineMs) await pulses.beat(id, sentMs)
    const lives = ledger.peek((snapshot) => readSession(snapshot, id)) !== undefined
    if (lives && clock.now() < deadlineMs) {
      heldSinceMs = Math.max(heldSinceMs, sentMs)
      return sentMs
    }
    end().catch(() => undefined) // rather than let the late beat keep its entries for one TTL more
    throw new ConsensusError('SESSION_LOST', `session ${id} has ended at the store`)
  }

  return new KeptSession({
    id,
    ttlMs,
    clock,
    requestTimeoutMs,
    heldSinceMs,
    // Owner and judges read one clock, so its rate cannot drift; only its steps differ.
    marginMs: CLOCK_STEP_MS,
    backend: {
      renew,
      create: async (key, value) => {
        assertSize(value)
        return ledger.write((draft) => draft.create(id, key, value))
      },
      remove: (entry) => ledger.write((draft) => draft.delete(entry.key, entry)),
      end: async () => {
        if (ledger.failed.aborted) return // it went with its file
        await end()
      },
      release: () => pulses.rest(id),
    },
  })
}
