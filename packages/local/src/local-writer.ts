import type { Clock } from '@eldest/core'
import { backoffMs, sleep } from '@eldest/core/adapter'
import type { LocalClient, Snapshot } from './local-client.js'
import type { Draft } from './local-draft.js'

/** A write that waits for its commit. Exactly one of `resolve` and `reject` is called. */
export interface Edit {
  /** Writes to the draft; may be called again, with another one. Throws before it has written anything. */
  apply(draft: Draft): unknown
  resolve(result: unknown): void
  reject(error: unknown): void
  /** Nobody waits any more: not to be sent. */
  waiting: AbortSignal
  /** Told before and after a commit that contains it is under way. */
  sent: boolean
  /** It reads ranges, of which a draft does not see its own writes: not to be committed with others. */
  alone: boolean
}

/** `swept`: sessions had to be ended first. */
type Outcome = 'done' | 'swept' | 'conflict'

/** How many edits one commit may contain: as many as cost LMDB about as much as the flush to the disk. */
const GROUP = 64

/**
 * Commits edits in their order, those that wait together in one commit.
 *
 * No lock is held while JavaScript runs, so a process that stalls or is stopped there holds up nobody: a commit is
 * computed from a snapshot and takes effect only if nobody committed in between; otherwise it is computed again.
 */
export class LocalWriter {
  readonly #client: LocalClient
  readonly #clock: Clock
  /** Starts a draft; `sweep`: it contains the end of ended sessions, and has to be committed first. */
  readonly #begin: (snapshot: Snapshot) => { draft: Draft; sweep: boolean }
  readonly #onCommit: (draft: Draft) => void
  readonly #edits: Edit[] = []
  #running = false

  constructor(options: {
    client: LocalClient
    clock: Clock
    begin: (snapshot: Snapshot) => { draft: Draft; sweep: boolean }
    onCommit: (draft: Draft) => void
  }) {
    this.#client = options.client
    this.#clock = options.clock
    this.#begin = options.begin
    this.#onCommit = options.onCommit
  }

  /** `urgent`: before all that wait. */
  submit(edit: Edit, urgent: boolean): void {
    if (urgent) this.#edits.unshift(edit)
    else this.#edits.push(edit)
    if (this.#running) return
    this.#running = true
    this.#run().catch(() => (this.#running = false)) // each edit hears of its own failure
  }

  async #run(): Promise<void> {
    await Promise.resolve() // for what the same turn has to say
    while (this.#edits.length > 0) {
      const group = this.#takeGroup()
      try {
        await this.#commit(group)
      } catch (error) {
        for (const edit of group) edit.reject(error)
      }
    }
    this.#running = false // in the turn that found nothing left, or an edit that comes just now would wait for ever
  }

  #takeGroup(): Edit[] {
    const end = this.#edits.findIndex((edit, i) => i >= GROUP || edit.alone)
    return this.#edits.splice(0, end === -1 ? this.#edits.length : Math.max(1, end))
  }

  async #commit(group: Edit[]): Promise<void> {
    for (let conflicts = 0; ;) {
      const leave = await this.#client.enter()
      let outcome: Outcome
      try {
        outcome = await this.#attempt(group.filter((edit) => !edit.waiting.aborted))
      } finally {
        leave()
      }
      if (outcome === 'done') return
      // Alone after a conflict, the next attempt mostly passes; among many writers a random pause sorts them.
      if (outcome === 'conflict' && ++conflicts > 3) {
        await sleep(this.#clock, backoffMs(conflicts - 4, { firstMs: 1, maxMs: 16 }))
      }
    }
  }

  async #attempt(edits: Edit[]): Promise<Outcome> {
    if (edits.length === 0) return 'done'
    const attempt = this.#client.read((snapshot) => this.#compute(snapshot, edits))
    if (attempt.writes.length > 0) {
      for (const edit of edits) edit.sent = !attempt.sweep
      const committed = await this.#client.commit(attempt.version, attempt.writes)
      for (const edit of edits) edit.sent = false
      if (!committed) return 'conflict'
      this.#onCommit(attempt.draft)
    }
    if (attempt.sweep) return 'swept'
    for (const settle of attempt.settle) settle()
    return 'done'
  }

  #compute(snapshot: Snapshot, edits: Edit[]) {
    const { draft, sweep } = this.#begin(snapshot)
    const settle = sweep ? [] : edits.map((edit) => applied(edit, draft))
    return { version: snapshot.version, draft, writes: draft.writes, sweep, settle }
  }
}

/** Applies the edit; what is returned tells it the outcome, once that has been committed. */
function applied(edit: Edit, draft: Draft): () => void {
  try {
    const result = edit.apply(draft)
    return () => edit.resolve(result)
  } catch (error) {
    return () => edit.reject(error)
  }
}
