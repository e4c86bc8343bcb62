import { onAbort } from '@eldest/core/adapter'

/** What did not get as far as a figure, in a few words. */
export type Failed = `failed: ${string}`

/** Until the server has noticed that a contender is gone, whose connections would count against the next one's. */
const AFTERMATH_MS = 2000

/**
 * Does the work, whose signal aborts when its time is over. What goes wrong is told, not thrown: it is the answer.
 * Rejects only when everything is to stop.
 */
export async function attempt<T>(
  limitMs: number,
  stopped: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | Failed> {
  const given = new AbortController()
  const timer = setTimeout(() => given.abort(new Error(`not within ${limitMs / 1000} s`)), limitMs)
  const unlink = onAbort(stopped, (reason) => given.abort(reason))
  try {
    return await work(given.signal)
  } catch (error) {
    stopped.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS))
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
    const plain = line.replace(/\S*[0-9a-f]{12}\S*/g, '…')
    return `failed: ${plain.length > 70 ? `${plain.slice(0, 67)}…` : plain}`
  } finally {
    clearTimeout(timer)
    unlink()
  }
}

/** Whether it failed. */
export function isFailed(result: unknown): result is Failed {
  return typeof result === 'string' && result.startsWith('failed: ')
}
