import type { Mutant } from './mutant.js'

const TURN = 'core/src/election/turn.ts'
const CANDIDACY = 'core/src/election/candidacy.ts'
const CAMPAIGN = 'core/src/election/campaign.ts'
const LEADERSHIP = 'core/src/election/leadership.ts'

/** Faults in the election's own code. */
export const electionMutants: Mutant[] = [
  {
    name: 'grants without checking the own session again',
    breaks: 'no dead campaign',
    edits: [
      { file: TURN, find: 'if (!elder && session.remainingMs() > stepDownMs(session))', put: 'if (!elder)' },
      { file: TURN, find: 'if (last === candidacy.entry) candidacy.deposed()', put: 'return undefined' },
      {
        file: CAMPAIGN,
        find: 'candidacy.lead()\n    candidacy.assertCertain()',
        put: 'candidacy.standing.clock.setTimeout(() => candidacy.lead(), 0)',
      },
    ],
  },
  {
    name: 'tells a leader to stop at the deadline, not before',
    breaks: 'stop before the next starts',
    edits: [{ file: 'core/src/election/doubt.ts', find: 'return session.ttlMs / 3', put: 'return 0' }],
  },
  {
    name: 'watches only the predecessor, not the own key',
    breaks: 'eviction',
    edits: [
      { file: CANDIDACY, find: 'of store.watch(this.entry.key, { signal: this.#unwatched.signal }))', put: 'of [])' },
    ],
  },
  {
    name: 'leads when the predecessor went, without asking again',
    breaks: 'seniority',
    edits: [
      {
        file: TURN,
        find: '[timer, gone()]',
        put: '[timer, gone().then(() => void (candidacy.heir = true))]',
      },
      { file: TURN, find: 'if (!elder && session', put: 'if ((!elder || candidacy.heir) && session' },
    ],
  },
  {
    name: 'leaves the key of a cancelled campaign',
    breaks: 'one candidacy',
    edits: [{ file: CAMPAIGN, find: 'await candidacy.release().catch(() => undefined)', put: '' }],
  },
  {
    name: 'resigns before the work has settled',
    breaks: 'stop before the next starts',
    edits: [
      {
        file: 'core/src/election/run.ts',
        find: 'onAbort(signal, () => candidacy.resign())',
        put: 'onAbort(signal, () => void candidacy.release().catch(() => undefined))',
      },
    ],
  },
  {
    name: 'resigns by deleting everything beneath the prefix',
    breaks: 'one candidacy',
    edits: [
      {
        file: CANDIDACY,
        find: 'const deletion = () => store.delete(guard.key, { guard })',
        put: `const deletion = async () => {
          for (const each of await store.list(this.standing.prefix)) await store.delete(each.key)
        }`,
      },
    ],
  },
  {
    name: 'takes the token from a counter of its own',
    breaks: 'rising tokens',
    edits: [
      {
        file: LEADERSHIP,
        find: 'return this.#candidacy.entry.createRevision',
        put: `const { standing } = this.#candidacy
        return (this.#candidacy.token ??= standing.store.counter = (standing.store.counter ?? 0n) + 1n)`,
      },
    ],
  },
  {
    name: 'writes for a leader without a guard',
    breaks: 'guarded writes',
    edits: [
      { file: LEADERSHIP, find: 'store.put(key, value, { ...options, guard })', put: 'store.put(key, value, options)' },
    ],
  },
  {
    name: 'does not tell a candidate that its session has ended',
    breaks: 'one candidacy',
    edits: [
      {
        file: CANDIDACY,
        find: 'this.#unlinkSession = onAbort(session.ended, (reason) => this.#sessionEnded(reason))',
        put: '',
      },
    ],
  },
  {
    name: 'does not ask again when only its own renewal was missing',
    breaks: 'never stuck',
    edits: [{ file: TURN, find: ': ttlMs / 12', put: ': Infinity' }],
  },
  {
    name: 'tells of each predecessor anew',
    breaks: 'told once',
    edits: [{ file: TURN, find: 'if (elder && !waited) onWait()', put: 'if (elder) onWait()' }],
  },
  {
    name: 'gives up deleting a key on a shared session that lives on',
    breaks: 'one candidacy',
    edits: [
      {
        file: CANDIDACY,
        find: 'retryTransient({ clock, timeoutMs: Infinity, signal: session.ended }, deletion)',
        put: 'retryTransient({ clock, timeoutMs: session.remainingMs() }, deletion)',
      },
    ],
  },
]
