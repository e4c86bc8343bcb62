import { onAbort } from './abort.js'

/** Where a watch puts what it sees. */
export interface StateSink<T> {
  /** A newer state. One that nobody has read yet is replaced: a slow reader skips states, never the last. */
  push(state: T): void
  /** Ends the iteration with an error once the last state has been read. */
  fail(error: Error): void
}

/**
 * An iterable of states: each iteration calls `start`, which feeds the sink until the function it returned is called.
 * That happens exactly once, when the reader leaves the loop, the signal aborts, or the sink fails.
 */
export function stateIterable<T>(start: (sink: StateSink<T>) => () => void, signal?: AbortSignal): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => new StateStream(start, signal) }
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void
  reject(error: unknown): void
}

// Not an async generator: its return() would wait for a next() that is still pending, for ever on a quiet key.
class StateStream<T> implements AsyncIterator<T, undefined>, StateSink<T> {
  #pending: { state: T } | undefined
  #failure: { error: unknown } | undefined
  #done = false
  #waiters: Waiter<T>[] = []
  #stop: () => void = () => {}
  #unlink: () => void = () => {}

  constructor(start: (sink: StateSink<T>) => () => void, signal: AbortSignal | undefined) {
    this.#unlink = onAbort(signal, (reason) => {
      this.#pending = undefined
      this.#end(reason)
    })
    if (this.#over()) return // aborted before the start: no I/O
    const stop = start(this)
    if (this.#over()) stop()
    else this.#stop = stop
  }

  push(state: T): void {
    if (this.#over()) return
    const waiter = this.#waiters.shift()
    if (waiter) waiter.resolve({ done: false, value: state })
    else this.#pending = { state }
  }

  fail(error: Error): void {
    this.#end(error)
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#pending) {
      const { state } = this.#pending
      this.#pending = undefined
      return Promise.resolve({ done: false, value: state })
    }
    if (this.#done) return Promise.resolve({ done: true, value: undefined })
    if (this.#failure) {
      this.#done = true
      return Promise.reject(this.#failure.error)
    }
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#done = true
    this.#pending = undefined
    this.#release()
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined })
    return Promise.resolve({ done: true, value: undefined })
  }

  #over(): boolean {
    return this.#failure !== undefined || this.#done
  }

  #end(error: unknown): void {
    if (this.#over()) return
    this.#failure = { error }
    this.#release()
    const waiters = this.#waiters.splice(0)
    if (waiters.length > 0) this.#done = true
    waiters.forEach((waiter, i) => (i === 0 ? waiter.reject(error) : waiter.resolve({ done: true, value: undefined })))
  }

  #release(): void {
    this.#unlink()
    const stop = this.#stop
    this.#stop = () => {}
    stop()
  }
}
