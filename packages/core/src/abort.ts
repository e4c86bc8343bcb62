/**
 * Calls back when the signal aborts, at once if it has already. Returns the removal of the listener.
 *
 * Used in place of `AbortSignal.any`, which leaks on anything that outlives a call: 234 MiB after 200,000 calls on
 * Node 20 (nodejs/node#54614).
 */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (!signal) return () => {}
  if (signal.aborted) {
    callback(signal.reason)
    return () => {}
  }
  const listener = () => callback(signal.reason)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

/**
 * Settles like the promise, or rejects with the signal's reason as soon as it aborts. What the promise does after
 * that goes to `onLate`: a result that nobody waits for any more is given back there, not dropped.
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  onLate?: (value: T) => void,
): Promise<T> {
  if (!signal) return promise
  return new Promise<T>((resolve, reject) => {
    let aborted = false
    const unlink = onAbort(signal, (reason) => {
      aborted = true
      reject(reason)
    })
    promise.then(
      (value) => {
        unlink()
        if (aborted) onLate?.(value)
        else resolve(value)
      },
      (error: unknown) => {
        unlink()
        reject(error)
      },
    )
  })
}
