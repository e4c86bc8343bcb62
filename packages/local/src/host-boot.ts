import { readFileSync } from 'node:fs'

/**
 * Names the present boot of this machine, beyond which no deadline on the host's clock has a meaning; empty where the
 * system has no such name. There, and besides, a clock that reads less than the file has seen tells of another boot.
 */
export function hostBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/** By how much one process may read the host's clock earlier than another: far more than its steps of 10 ms. */
export const CLOCK_TOLERANCE_MS = 1000
