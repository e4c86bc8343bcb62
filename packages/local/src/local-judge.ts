import { CLOCK_TOLERANCE_MS } from './host-boot.js'
import type { Snapshot } from './local-client.js'
import { ranges, sessionOf } from './local-layout.js'
import type { Pulses } from './local-pulses.js'

/** Which sessions are over, and when the next one will be unless it beats. */
export interface Verdict {
  over: readonly string[]
  nextMs: number
}

/**
 * Tells which sessions are over: their last beat is a TTL ago. It reads a session's pulse only when the deadline that
 * it knows of has passed, and looks at the sessions again only then, or when somebody has committed.
 */
export class LocalJudge {
  readonly #pulses: Pulses
  #deadlines = new Map<string, number>()
  #pulseless = new Set<string>()
  #version = -1
  #nextMs = -Infinity

  constructor(pulses: Pulses) {
    this.#pulses = pulses
  }

  verdict(snapshot: Snapshot, nowMs: number): Verdict {
    if (snapshot.version === this.#version && nowMs < this.#nextMs) return { over: [], nextMs: this.#nextMs }
    const deadlines = new Map<string, number>()
    const over: string[] = []
    let nextMs = Infinity
    for (const { key, value } of snapshot.range(ranges.sessions)) {
      const id = (key as string[])[1]!
      const deadlineMs = this.#deadline(id, sessionOf(value), nowMs)
      deadlines.set(id, deadlineMs)
      if (deadlineMs <= nowMs) over.push(id)
      else nextMs = Math.min(nextMs, deadlineMs)
    }
    this.#pulseless = new Set([...this.#pulseless].filter((id) => deadlines.has(id)))
    this.#deadlines = deadlines
    this.#version = snapshot.version
    this.#nextMs = over.length > 0 ? -Infinity : nextMs
    return { over, nextMs }
  }

  #deadline(id: string, { ttlMs, sinceMs }: { ttlMs: number; sinceMs: number }, nowMs: number): number {
    const knownMs = Math.max(sinceMs + ttlMs, this.#deadlines.get(id) ?? -Infinity)
    if (knownMs > nowMs) return knownMs
    const beatMs = this.#pulses.last(id)
    if (beatMs === undefined) {
      // Removed by hand. Its owner learns of it with its next beat, and may count on one TTL until then.
      if (this.#pulseless.has(id)) return knownMs
      this.#pulseless.add(id)
      return nowMs + ttlMs
    }
    const fromAnotherBoot = beatMs > nowMs + CLOCK_TOLERANCE_MS
    return fromAnotherBoot ? -Infinity : Math.max(knownMs, beatMs + ttlMs)
  }
}
