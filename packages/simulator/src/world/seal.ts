import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import type { Random } from '../random.js'

/** What a program in the simulation gets instead of the machine's chance and wall clock. */
export interface Sources {
  random: Random
  /** The wall clock of whichever process runs now. */
  wallMs(): number
}

const machine = { Date, random: Math.random, randomBytes: crypto.randomBytes }
let inside: Sources | undefined
let patched = false

class SealedDate extends machine.Date {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(SealedDate.now())
    else super(args[0])
  }

  static override now(): number {
    return inside ? inside.wallMs() : machine.Date.now()
  }
}

/**
 * Takes `Math.random`, `Date` and `crypto.randomBytes` from the simulation, until the returned function is called.
 * They are the program's only ways to what a seed does not decide; all else that it knows of time is the `Clock` that
 * it is given. Between the two calls nothing else of this Node process runs, as the world never yields to its event
 * loop, so that nobody outside ever gets these.
 */
export function seal(sources: Sources): () => void {
  if (inside) throw new TypeError('a world is running already: run one after the other')
  patchRandomBytes()
  inside = sources
  Math.random = () => sources.random.next()
  globalThis.Date = SealedDate as DateConstructor
  return () => {
    inside = undefined
    Math.random = machine.random
    globalThis.Date = machine.Date
  }
}

/** Once and for good, since the exports of a built-in module are slow to renew; outside of a world it changes nothing. */
function patchRandomBytes(): void {
  if (patched) return
  patched = true
  const sealed = (size: number, callback?: (error: Error | null, bytes: Buffer) => void) => {
    if (callback) {
      machine.randomBytes(size, callback)
      return
    }
    if (!inside) return machine.randomBytes(size)
    const { random } = inside
    return Buffer.from(Array.from({ length: size }, () => random.below(256)))
  }
  crypto.randomBytes = sealed as typeof crypto.randomBytes
  syncBuiltinESMExports()
}
