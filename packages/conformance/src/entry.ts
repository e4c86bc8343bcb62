import assert from 'node:assert/strict'
import type { Entry } from '@eldest/core'

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function text(entry: Entry | undefined): string | undefined {
  return entry && new TextDecoder().decode(entry.value)
}

export function names(entries: Entry[]): (string | undefined)[] {
  return entries.map((entry) => entry.key.split('/').at(-1))
}

/** The entry, which must be there. */
export function living(entry: Entry | undefined): Entry {
  assert.ok(entry, 'the entry must be there')
  return entry
}

/** Fails unless both are the same state of the same entry. */
export function assertSameEntry(actual: Entry | undefined, expected: Entry): void {
  // Not one deepEqual: a Buffer is as good a value as a Uint8Array.
  const { value, ...rest } = living(actual)
  const { value: expectedValue, ...expectedRest } = expected
  assert.deepEqual(
    { ...rest, value: [...value.subarray(0, 64)] },
    { ...expectedRest, value: [...expectedValue.subarray(0, 64)] },
  )
  assert.ok(Buffer.from(value).equals(expectedValue), `${expected.key} must have the value that was written`)
}
