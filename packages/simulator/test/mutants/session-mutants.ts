import type { Mutant } from './mutant.js'

const RENEWAL = 'core/src/renewal.ts'
const BACKEND = 'simulator/src/store/session-backend.ts'
const LEDGER = 'simulator/src/store/ledger.ts'

/** Faults in the session, and in what an adapter does for the election. */
export const sessionMutants: Mutant[] = [
  {
    name: 'counts the deadline from the answer, not from the request',
    breaks: 'sessions are kept',
    edits: [
      {
        file: BACKEND,
        find: "if (profile.rule === 'acknowledged') return sentMs",
        put: "if (profile.rule === 'acknowledged') return clock.now()",
      },
    ],
  },
  {
    name: 'counts the deadline from one acknowledgement',
    breaks: 'sessions are kept',
    edits: [{ file: BACKEND, find: "if (profile.rule === 'acknowledged') return", put: 'if (term > 0) return' }],
  },
  {
    name: 'counts the deadline from the last heartbeat but one',
    breaks: 'sessions are kept',
    profile: 'zookeeper',
    edits: [{ file: BACKEND, find: 'each.atMs + profile.pingMs <= sentMs', put: 'each.atMs <= clock.now()' }],
  },
  {
    name: 'keeps the deadline on the wall clock',
    breaks: 'sessions are kept',
    edits: [
      {
        file: RENEWAL,
        find: 'const remaining = this.#deadlineMs - this.#options.clock.now()',
        put: 'const remaining = this.#deadlineMs - Date.now()',
      },
      {
        file: RENEWAL,
        find: 'this.#deadlineMs = options.heldSinceMs + ttlMs',
        put: 'this.#deadlineMs = Date.now() - options.clock.now() + options.heldSinceMs + ttlMs',
      },
      {
        file: RENEWAL,
        find: 'const deadlineMs = heldSinceMs + this',
        put: 'const deadlineMs = Date.now() - this.#options.clock.now() + heldSinceMs + this',
      },
      {
        file: RENEWAL,
        find: '}, this.#deadlineMs - this.#options.clock.now())',
        put: '}, this.#deadlineMs - Date.now())',
      },
    ],
  },
  {
    name: 'leaves no margin for the drift of clocks',
    breaks: 'sessions are kept',
    edits: [{ file: RENEWAL, find: 'marginMs: ttlMs * DRIFT_MARGIN + CLOCK_STEP_MS', put: 'marginMs: 0' }],
  },
  {
    name: 'repeats a creation with a new name',
    breaks: 'one candidacy',
    edits: [
      {
        file: BACKEND,
        find: 'ledger.createOrdered(id, key, value)',
        put: "ledger.createOrdered(id, key.replace(/[0-9a-f]{16}$/, () => (Math.random() + 1).toString(16).slice(2).padEnd(16, '0').slice(0, 16)), value)",
      },
    ],
  },
  {
    name: 'orders the line by name',
    breaks: 'seniority',
    edits: [
      { file: LEDGER, find: '(a.createRevision < b.createRevision ? -1 : 1)', put: '(a.key < b.key ? -1 : 1)' },
      {
        file: 'core/src/guard.ts',
        find: '({ createRevision }) => createRevision < entry.createRevision',
        put: '({ key }) => key < entry.key',
      },
    ],
  },
  {
    name: 'watches from now on, not from the state that was read',
    breaks: 'watches converge',
    edits: [
      {
        file: 'simulator/src/store/simulated-store.ts',
        find: 'await connection.changes(this.#requests.preferred, keyOrPrefix, revision, over)',
        put: `const { ledger } = this.#parts.servers
        await connection.changes(this.#requests.preferred, keyOrPrefix, revision < 0n ? revision : ledger.revision, over)`,
      },
    ],
  },
]
