import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves once the condition holds; fails when it does not within the time. */
export async function eventually(
  what: string,
  withinMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const startedMs = performance.now()
  while (!(await holds())) {
    if (performance.now() - startedMs > withinMs) assert.fail(`not within ${Math.round(withinMs)} ms: ${what}`)
    await sleep(3)
  }
}

/** Settles like the promise; fails when it does not within the time. */
export async function within<T>(what: string, withinMs: number, promise: Promise<T>): Promise<T> {
  const waiting = new AbortController()
  const late = sleep(withinMs, undefined, { signal: waiting.signal }).then(
    () => assert.fail(`not within ${Math.round(withinMs)} ms: ${what}`),
    () => promise,
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    waiting.abort()
  }
}

/** Proves that something does not happen: looks again and again until the time is over. */
export async function throughout(forMs: number, look: () => void | Promise<void>): Promise<void> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < forMs) {
    await look()
    await sleep(3)
  }
}

/** Blocks the event loop, as a long computation or a stopped process does. */
export function stall(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)
}
