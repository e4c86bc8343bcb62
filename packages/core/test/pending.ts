/** A promise that a test looks at without waiting for it. Its rejection is never unhandled. */
export class Pending<T> {
  state: 'pending' | 'resolved' | 'rejected' = 'pending'
  error: unknown
  readonly promise: Promise<T>
  #value: T | undefined

  constructor(promise: Promise<T>) {
    this.promise = promise
    promise.then(
      (value) => {
        this.state = 'resolved'
        this.#value = value
      },
      (error: unknown) => {
        this.state = 'rejected'
        this.error = error
      },
    )
  }

  get settled(): boolean {
    return this.state !== 'pending'
  }

  get value(): T {
    if (this.state !== 'resolved') throw new Error(`no value: ${this.state}`, { cause: this.error })
    return this.#value as T
  }
}

/** A promise with its handles. */
export interface Deferred<T> {
  promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((give, fail) => {
    resolve = give
    reject = fail
  })
  return { promise, resolve, reject }
}
