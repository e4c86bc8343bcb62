import type { FSWatcher } from 'node:fs'
import type { Clock } from '@eldest/core'
import type { Snapshot } from './local-client.js'
import { changedKeys, type Meta } from './local-layout.js'
import type { LocalLedger } from './local-ledger.js'

/** One who waits for changes. */
export interface Watcher {
  /** Whether a change of this key is a change for it. */
  concerns(key: string): boolean
  look(snapshot: Snapshot): void
}

/** As `fs.watch`. */
export type WatchFile = (path: string, listener: () => void) => FSWatcher

/** Finds what the file system's notification misses. */
const POLL_MS = 1000
/** Without any notification. */
const POLL_ALONE_MS = 100
/** The system tells of a commit's writes before the commit can be read: when to look again if it cannot yet. */
const LOOK_AGAIN_MS = [1, 4, 16, 64]

/**
 * Wakes those who wait for changes of the file, whichever process made them: by the file system's notification, with a
 * slow poll as the safety net. It works only while somebody waits. It also ends sessions at their deadline, since that
 * is a change that nobody else may be there to make.
 */
export class LocalWatch {
  readonly #ledger: LocalLedger
  readonly #clock: Clock
  readonly #path: string
  readonly #watchers = new Set<Watcher>()
  #notifier: FSWatcher | undefined
  #cancelPoll = () => {}
  #cancelAgain = () => {}
  #cancelDeadline = () => {}
  #wakeSoon: NodeJS.Immediate | undefined
  #version = 0
  #revision = -1

  readonly #watchFile: WatchFile

  constructor(options: { ledger: LocalLedger; clock: Clock; path: string; watchFile: WatchFile }) {
    this.#ledger = options.ledger
    this.#clock = options.clock
    this.#path = options.path
    this.#watchFile = options.watchFile
  }

  /** Shows the watcher the present state, and each later one. Returns the removal. */
  add(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    if (this.#watchers.size === 1) this.#start()
    this.#attempt(() => this.#ledger.peek((snapshot) => watcher.look(snapshot)))
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.#stop()
    }
  }

  /** Looks, in a moment, whether something has changed. */
  readonly wake = (): void => {
    if (this.#watchers.size === 0) return
    this.#wakeSoon ??= setImmediate(() => {
      this.#wakeSoon = undefined
      this.#look(LOOK_AGAIN_MS)
    })
  }

  #start(): void {
    try {
      this.#notifier = this.#watchFile(this.#path, this.wake)
      this.#notifier.on('error', () => this.#stopNotifier())
    } catch {
      this.#notifier = undefined // out of inotify watches, or none on this file system: the poll remains
    }
    this.#poll()
  }

  #stop(): void {
    this.#stopNotifier()
    this.#cancelPoll()
    this.#cancelAgain()
    this.#cancelDeadline()
    clearImmediate(this.#wakeSoon)
    this.#wakeSoon = undefined
  }

  #stopNotifier(): void {
    this.#notifier?.close()
    this.#notifier = undefined
  }

  #poll(): void {
    this.#look([])
    if (this.#watchers.size === 0) return
    this.#cancelPoll = this.#clock.setTimeout(() => this.#poll(), this.#notifier ? POLL_MS : POLL_ALONE_MS)
  }

  #look(again: number[]): void {
    this.#cancelAgain()
    const before = this.#version
    this.#attempt(() => this.#ledger.peek((snapshot, meta) => this.#show(snapshot, meta)))
    const [delayMs, ...later] = again
    if (this.#version !== before || delayMs === undefined || this.#watchers.size === 0) return
    this.#cancelAgain = this.#clock.setTimeout(() => this.#look(later), delayMs)
  }

  #show(snapshot: Snapshot, meta: Meta): void {
    this.#version = snapshot.version
    const { over, nextMs } = this.#ledger.verdict(snapshot)
    this.#armDeadline(over.length > 0 ? -Infinity : nextMs)
    if (meta.revision === this.#revision) return // a renewal
    const keys = changedKeys(snapshot, this.#revision, meta.revision)
    this.#revision = meta.revision
    for (const watcher of [...this.#watchers]) {
      if (!keys || keys.some((key) => watcher.concerns(key))) watcher.look(snapshot)
    }
  }

  #armDeadline(deadlineMs: number): void {
    this.#cancelDeadline()
    if (deadlineMs === Infinity) return
    const sweep = () => {
      // The poll tries again where it fails; where another process was faster there is nothing left to do.
      this.#ledger.sweep().then(this.wake, () => undefined)
    }
    this.#cancelDeadline = this.#clock.setTimeout(sweep, Math.max(0, deadlineMs - this.#clock.now()))
  }

  /** What fails while waiting is tried again by the poll; what waiting cannot mend, the ledger tells the store. */
  #attempt(look: () => void): void {
    try {
      look()
    } catch {
      this.#cancelDeadline()
    }
  }
}
