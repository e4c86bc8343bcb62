import type { Clock } from '@eldest/core'
import type { ConnectionManager } from './zookeeper-client.js'

/** What a {@link ServerGuard} is made of. */
export interface ServerGuardOptions {
  manager: ConnectionManager
  clock: Clock
  /** A server that has not greeted within so many milliseconds is left for the next one. */
  attemptMs: number
}

/** No greeting is longer. What begins with more is no length of ZooKeeper's, but text. */
const LONGEST_GREETING_BYTES = 64 * 1024

/**
 * Watches over the client's dealings with one server after the other. It never notices one that hangs, throws where
 * nobody can catch, takes what is left of an answer for the beginning of the next, and goes on when it is to stop.
 */
export class ServerGuard {
  readonly #manager: ConnectionManager
  readonly #clock: Clock
  readonly #attemptMs: number
  #cancelWatchdog: () => void = () => {}
  #stopped = false
  #greeted = false
  #askedMs = 0
  #failure: string | undefined

  constructor({ manager, clock, attemptMs }: ServerGuardOptions) {
    this.#manager = manager
    this.#clock = clock
    this.#attemptMs = attemptMs
    // Its own is a share of the timeout that is asked for: of the 1 ms by which the shortest is found, nothing.
    manager.connectTimeout = attemptMs
    this.#attend()
    this.#stopSearching()
  }

  /** Why the last server could not be reached, in words; `undefined`: it gave no reason. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** When the present server was asked for the session, or to take it over, by the clock. */
  get askedMs(): number {
    return this.#askedMs
  }

  /** Begins to wait for a server's greeting. */
  connecting(): void {
    // What is left of an answer that was cut would be put before the next connection's.
    this.#manager.pendingBuffer = null
    this.#greeted = false
    this.#cancelWatchdog()
    if (this.#stopped) return
    // The client's own limit covers TCP's connection, not the greeting.
    this.#cancelWatchdog = this.#clock.setTimeout(() => {
      this.giveUp()
      this.connecting()
    }, this.#attemptMs)
  }

  /** The server has greeted. */
  connected(): void {
    this.#greeted = true
    this.#failure = undefined
    this.#cancelWatchdog()
  }

  /** Leaves the server, which does not answer, for the next one. */
  giveUp(): void {
    this.#manager.socket?.destroy()
  }

  /** No further server is looked for. */
  stop(): void {
    this.#stopped = true
    this.#cancelWatchdog()
  }

  /** Frees the connection. */
  destroy(): void {
    this.stop()
    clearTimeout(this.#manager.connectTimeoutHandler ?? undefined)
    this.giveUp()
  }

  #attend(): void {
    const manager = this.#manager
    const onSocketError = manager.onSocketError.bind(manager)
    manager.onSocketError = (error) => {
      this.#failure = error.message
      onSocketError(error)
    }
    const onSocketConnected = manager.onSocketConnected.bind(manager)
    manager.onSocketConnected = () => {
      this.#askedMs = this.#clock.now()
      onSocketConnected()
    }
    const onSocketData = manager.onSocketData.bind(manager)
    manager.onSocketData = (buffer) => {
      try {
        if (!this.#greeted && !manager.pendingBuffer && isText(buffer)) throw new Error('no length')
        onSocketData(buffer)
      } catch {
        // A code or an event that it does not know, or a greeting that is none.
        if (!this.#greeted) this.#failure = 'what answers there is no ZooKeeper'
        this.giveUp()
      }
    }
  }

  #stopSearching(): void {
    const manager = this.#manager
    const findNextServer = manager.findNextServer.bind(manager)
    manager.findNextServer = (callback) =>
      findNextServer((server) => {
        if (!this.#stopped) callback(server)
      })
  }
}

function isText(buffer: Buffer): boolean {
  return buffer.length >= 4 && buffer.readUInt32BE() > LONGEST_GREETING_BYTES
}
