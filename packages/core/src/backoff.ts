/** Pauses between retries, in milliseconds. */
export interface BackoffOptions {
  /** The ceiling of the first pause. */
  firstMs: number
  /** The ceiling of every pause. */
  maxMs: number
  /** Default `Math.random`; injected by simulations. */
  random?: () => number
}

/**
 * The pause before the given retry (0 is the first): a random part, between a half and the whole, of a ceiling that
 * doubles up to its maximum. Random, so that clients that failed together do not return together ("equal jitter",
 * M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function backoffMs(retry: number, { firstMs, maxMs, random = Math.random }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(retry, 30))
  return ceiling * (0.5 + random() / 2)
}
