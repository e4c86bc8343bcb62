import { setMaxListeners } from 'node:events'
import { type Clock, ConsensusError, isConsensusError } from '@eldest/core'
import { type Host, onAbort, withDeadline } from '@eldest/core/adapter'
import { State } from 'node-zookeeper-client'
import { ServerGuard } from './server-guard.js'
import {
  createRawClient,
  type RawClient,
  requestsOf,
  type SessionKey,
  type ZooKeeperClient,
} from './zookeeper-client.js'
import { type Doing, zookeeperError } from './zookeeper-errors.js'
import type { AskedServer } from './zookeeper-heartbeat.js'
import type { ZooKeeperCredentials } from './zookeeper-options.js'

/** What a {@link ZooKeeperConnection} is made of. */
export interface ConnectionOptions {
  hosts: readonly Host[]
  clock: Clock
  credentials: ZooKeeperCredentials | undefined
  /** The session's timeout to ask for, in milliseconds. */
  timeoutMs: number
  /** A server that does not answer for so long is left for the next one. */
  attemptMs: number
  /** A session to resume in place of a new one. */
  session?: SessionKey
}

/** One client object, which is one session of the server: it can be waited for, ended or given up at any time. */
export class ZooKeeperConnection {
  readonly requests: ZooKeeperClient
  readonly #options: ConnectionOptions
  readonly #client: RawClient
  readonly #guard: ServerGuard
  readonly #expired = new AbortController()
  readonly #waiting = new Set<() => void>()
  #told = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#client = createRawClient(options.hosts, options.timeoutMs, options.session)
    this.requests = requestsOf(this.#client, options.credentials)
    setMaxListeners(0, this.expired) // every request and every watch listens
    const { clock, attemptMs } = options
    this.#guard = new ServerGuard({ manager: this.#client.connectionManager, clock, attemptMs })
    const { credentials } = options
    if (credentials) {
      this.#client.addAuthInfo('digest', Buffer.from(`${credentials.user}:${credentials.password}`))
    }
    this.#client.on('connected', () => this.#onConnected())
    this.#client.on('disconnected', () => this.#guard.connecting())
    this.#client.on('expired', () => this.#end('SESSION_LOST', 'the server has ended the session'))
    this.#client.on('authenticationFailed', () => this.#end('ACCESS_DENIED', 'the server refuses the credentials'))
  }

  /** Fires when the session was ended or given up, or the server refuses us: nothing works any more. */
  get expired(): AbortSignal {
    return this.#expired.signal
  }

  /** Why no server could be reached at last, in words. */
  get failure(): string | undefined {
    return this.#guard.failure
  }

  get connected(): boolean {
    return this.#client.getState() === State.SYNC_CONNECTED
  }

  /** The server that there is a connection to: another value for each connection. */
  get server(): AskedServer {
    return { connection: this.#client.connectionManager.socket, askedMs: this.#guard.askedMs }
  }

  /** The session's id, in hexadecimal. Once connected. */
  get id(): string {
    return this.#client.getSessionId().toString('hex')
  }

  get key(): SessionKey {
    return { id: this.#client.getSessionId(), password: this.#client.getSessionPassword() }
  }

  /** The session's timeout in milliseconds as the server has granted it. Once connected. */
  get timeoutMs(): number {
    return this.#client.getSessionTimeout()
  }

  /** Connects; resolves when the session is there. Errors: `UNAVAILABLE`; the signal's reason. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#client.connect()
    this.#guard.connecting()
    await this.#untilConnected(signal)
  }

  /**
   * Sends a request as soon as there is a connection. A deadline that passes gives the server up: its connection is
   * destroyed, and the client goes on to the next one with the same session.
   *
   * Errors: `UNAVAILABLE` when it was never sent; `SESSION_LOST`; the client's own that answer a question.
   */
  async send<T>(doing: Doing, signal: AbortSignal, request: (client: ZooKeeperClient) => Promise<T>): Promise<T> {
    await this.#untilConnected(signal)
    try {
      return await new Promise<T>((resolve, reject) => {
        const unlink = [
          onAbort(this.expired, reject),
          onAbort(signal, (reason) => {
            if (isConsensusError(reason, 'OUTCOME_UNKNOWN')) this.#guard.giveUp()
            reject(reason)
          }),
        ]
        request(this.requests)
          .then(resolve, reject)
          .finally(() => {
            for (const remove of unlink) remove()
          })
      })
    } catch (error) {
      throw zookeeperError(error, doing)
    }
  }

  /** Ends the session at the server if it can be reached within the time, and frees everything here. */
  async close(timeoutMs: number): Promise<void> {
    if (this.connected && !this.expired.aborted) await this.end(timeoutMs).catch(() => undefined)
    this.abandon()
  }

  /**
   * Ends the session at the server: its nodes are gone when this resolves.
   *
   * Errors: `UNAVAILABLE`, `OUTCOME_UNKNOWN` when the server could not be told within the time; it can be tried again.
   */
  async end(timeoutMs: number): Promise<void> {
    const { clock } = this.#options
    const onTimeout = () => new ConsensusError('OUTCOME_UNKNOWN', 'the server does not answer')
    try {
      await withDeadline({ clock, timeoutMs, onTimeout }, async (signal) => {
        // Once it was told to close, the client does not connect again: another one resumes the session and ends it.
        if (this.#told) await new ZooKeeperConnection({ ...this.#options, session: this.key }).resumeAndEnd(signal)
        else await this.#tell(signal)
      })
    } catch (error) {
      if (!isConsensusError(error, 'SESSION_LOST')) throw error // it is gone already
    }
    this.abandon()
  }

  /** For a connection that is made to end a session of another. */
  async resumeAndEnd(signal: AbortSignal): Promise<void> {
    try {
      await this.open(signal)
      await this.#tell(signal)
    } finally {
      this.abandon()
    }
  }

  async #tell(signal: AbortSignal): Promise<void> {
    await this.#untilConnected(signal)
    this.#told = true
    const { socket } = this.#client.connectionManager
    const readBefore = socket?.bytesRead ?? 0
    await new Promise<void>((resolve, reject) => {
      const unlink = onAbort(signal, reject)
      this.#client.once('disconnected', () => {
        unlink()
        // A connection that broke looks the same, but for the answer.
        if ((socket?.bytesRead ?? 0) > readBefore) resolve()
        else reject(new ConsensusError('OUTCOME_UNKNOWN', 'the connection was lost before the session had ended'))
      })
      this.#client.close()
    })
  }

  /** Frees everything here, and tells the server nothing: the session runs out. What is under way is `SESSION_LOST`. */
  abandon(): void {
    this.#guard.destroy()
    this.#end('SESSION_LOST', 'the session was given up')
  }

  #untilConnected(signal: AbortSignal): Promise<void> {
    if (this.connected && !this.expired.aborted) return Promise.resolve()
    return new Promise<void>((resolve, reject) => {
      const finish = () => {
        this.#waiting.delete(look)
        for (const remove of unlink) remove()
      }
      const look = () => {
        if (this.expired.aborted) reject(this.expired.reason)
        else if (this.connected) resolve()
        else return
        finish()
      }
      let unlink: (() => void)[] = []
      this.#waiting.add(look)
      unlink = [
        onAbort(signal, (reason) => {
          // It was not sent: what the deadline says of the outcome does not hold.
          const isDeadline = isConsensusError(reason, 'OUTCOME_UNKNOWN')
          reject(
            isDeadline
              ? new ConsensusError('UNAVAILABLE', because('there is no connection to ZooKeeper', this.failure))
              : reason,
          )
          finish()
        }),
      ]
      look()
    })
  }

  #onConnected(): void {
    this.#guard.connected()
    for (const wake of [...this.#waiting]) wake()
  }

  #end(code: 'SESSION_LOST' | 'ACCESS_DENIED', message: string): void {
    this.#guard.stop()
    this.#expired.abort(new ConsensusError(code, message))
    for (const wake of [...this.#waiting]) wake()
  }
}

/** A message with its reason, if there is one. */
export function because(message: string, reason: string | undefined): string {
  return reason === undefined ? message : `${message}: ${reason}`
}
