import assert from 'node:assert/strict'
import type { Entry } from '@eldest/core'
import { eventually } from './patience.js'

/** Reads a watch to its end in the background. */
export class WatchReader<T> {
  /** Every state it saw. */
  readonly states: T[] = []
  /** How the iteration ended: the error it rejected with, if it did. */
  end: { error?: unknown } | undefined
  readonly #pauseMs: number

  /** `pauseMs`: how long it is busy with each state; default none. */
  constructor(watch: AsyncIterable<T>, { pauseMs = 0 } = {}) {
    this.#pauseMs = pauseMs
    this.#read(watch).then(
      () => (this.end = {}),
      (error: unknown) => (this.end = { error }),
    )
  }

  async until(what: string, withinMs: number, holds: (state: T) => boolean): Promise<void> {
    await eventually(`the watch shows ${what}`, withinMs, () => {
      if (this.end) assert.fail(`the watch ended before it showed ${what}: ${String(this.end.error)}`)
      return this.states.length > 0 && holds(this.states.at(-1)!)
    })
  }

  async #read(watch: AsyncIterable<T>): Promise<void> {
    for await (const state of watch) {
      this.states.push(state)
      if (this.#pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#pauseMs))
    }
  }
}

/** Fails unless each state of one key is newer than those before it. */
export function assertNeverBack(states: (Entry | undefined)[]): void {
  const revisions = states.filter((state) => state !== undefined).map((state) => state.modRevision)
  for (const [i, revision] of revisions.entries()) {
    const before = revisions[i - 1] ?? -1n
    assert.ok(revision > before, `a watch went from revision ${String(before)} to ${String(revision)}`)
  }
}

/** As {@link assertNeverBack} for a prefix: no entry goes back, and none comes back. */
export function assertPrefixNeverBack(states: Entry[][]): void {
  const seen = new Map<bigint, bigint>()
  const gone = new Set<bigint>()
  for (const entries of states) {
    const present = new Set(entries.map((entry) => entry.createRevision))
    for (const revision of seen.keys()) if (!present.has(revision)) gone.add(revision)
    for (const { key, createRevision, modRevision } of entries) {
      assert.ok(!gone.has(createRevision), `${key} came back to a watch`)
      assert.ok(modRevision >= (seen.get(createRevision) ?? 0n), `${key} went back in a watch`)
      seen.set(createRevision, modRevision)
    }
  }
}
