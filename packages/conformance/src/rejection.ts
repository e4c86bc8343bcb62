import assert from 'node:assert/strict'
import { type ErrorCode, isConsensusError } from '@eldest/core'

/** What the promise rejects with; fails when it resolves. */
export async function rejectionOf(what: string, promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (!outcome) assert.fail(`${what} must reject`)
  return outcome.error
}

/** Fails unless the promise rejects with a `ConsensusError` of one of the codes. */
export async function rejectsWith(what: string, promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<void> {
  assertCode(what, await rejectionOf(what, promise), ...codes)
}

/** Fails unless the value is a `ConsensusError` of one of the codes. */
export function assertCode(what: string, error: unknown, ...codes: ErrorCode[]): void {
  if (!isConsensusError(error, ...codes)) assert.fail(`${what} must give ${codes.join(' or ')}, not ${String(error)}`)
}
