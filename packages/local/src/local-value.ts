import { ConsensusError } from '@eldest/core'

export const MAX_VALUE_BYTES = 1024 * 1024

/** Throws unless the value can be stored. */
export function assertSize(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw new TypeError('value must be a Uint8Array')
  if (value.length <= MAX_VALUE_BYTES) return
  const message = `value of ${value.length} bytes: the local store takes ${MAX_VALUE_BYTES}`
  throw new ConsensusError('VALUE_TOO_LARGE', message)
}
