import { type Case, type Harness, runCase } from '@eldest/conformance'
import { freshName, onAbort } from '@eldest/core/adapter'
import type { StrayErrors } from './stray-errors.js'

/** The outcome of one case. */
export interface Verdict {
  name: string
  tookMs: number
  /** Why it failed; nothing if it passed. */
  failure?: { error: unknown }
}

/** Longer than any case takes on a store that keeps the contract. */
const LIMIT_MS = 60_000
const LIMIT_TTLS = 10

/** Opens a client and reads once, so that a store which cannot be reached is told before anything runs. */
export async function tryConnection(harness: Harness): Promise<void> {
  const connection = await harness.connect()
  try {
    await connection.store.list(`conformance-${freshName()}`)
  } finally {
    await connection.store.close()
    await connection.dispose?.()
  }
}

/** How {@link tryCase} runs a case. */
export interface TrialOptions {
  /** Gives the case up. */
  stop: AbortSignal
  strays: Pick<StrayErrors, 'take'>
  /** How long the case may take. Default: a minute or ten TTLs, whichever is more. */
  limitMs?: number
}

/** Runs one case; `undefined` if it was given up because of the signal. */
export async function tryCase(one: Case, harness: Harness, options: TrialOptions): Promise<Verdict | undefined> {
  const { stop, strays, limitMs = Math.max(LIMIT_MS, LIMIT_TTLS * harness.ttlMs) } = options
  const givenUp = new AbortController()
  const unlink = onAbort(stop, (reason) => givenUp.abort(reason))
  const timer = setTimeout(() => givenUp.abort(new Error(`it did not end within ${limitMs} ms`)), limitMs)
  const startMs = performance.now()
  const verdict = (failure?: { error: unknown }): Verdict => ({
    name: one.name,
    tookMs: performance.now() - startMs,
    ...(failure && { failure }),
  })
  try {
    await runCase(one, harness, { signal: givenUp.signal })
    const [stray] = strays.take()
    return verdict(stray === undefined ? undefined : { error: new Error('an error was not handled', { cause: stray }) })
  } catch (error) {
    strays.take()
    return stop.aborted ? undefined : verdict({ error })
  } finally {
    clearTimeout(timer)
    unlink()
  }
}
