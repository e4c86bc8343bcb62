import { type Clock, ConsensusError, type ErrorCode, isConsensusError } from '@eldest/core'
import { Credentials, type Supplied } from '@eldest/core/adapter'
import type { ZooKeeperClient } from './zookeeper-client.js'
import type { ZooKeeperConnection } from './zookeeper-connection.js'
import type { Doing } from './zookeeper-errors.js'
import type { ZooKeeperCredentials } from './zookeeper-options.js'

/** Makes a connection that is not open yet. */
export type Connect = (credentials: ZooKeeperCredentials | undefined) => ZooKeeperConnection

/** The connection of a store that is no session's: for reads, watches, and the writes that belong to nobody. */
export class ZooKeeperBase {
  readonly #connect: Connect
  readonly #credentials: Credentials<ZooKeeperCredentials>
  #current: { of: string; connection: ZooKeeperConnection; opened: Promise<void> } | undefined
  #closed = false

  constructor(connect: Connect, credentials: Supplied<ZooKeeperCredentials> | undefined, clock: Clock) {
    this.#connect = connect
    this.#credentials = new Credentials(credentials, clock)
  }

  /**
   * Sends a request over the connection, which is made anew where it has ended. Errors: as `ZooKeeperConnection.send`,
   * but that the end of its session leaves the outcome unknown, or `UNAVAILABLE` what was not sent.
   */
  send<T>(
    doing: Doing,
    signal: AbortSignal,
    request: (client: ZooKeeperClient, connection: ZooKeeperConnection) => Promise<T>,
  ): Promise<T> {
    return this.#credentials.use(async (credentials) => {
      const connection = this.#connection(credentials)
      const ifLost: { code: ErrorCode } = { code: 'UNAVAILABLE' }
      try {
        return await connection.send(doing, signal, (client) => {
          ifLost.code = 'OUTCOME_UNKNOWN'
          return request(client, connection)
        })
      } catch (error) {
        if (!isConsensusError(error, 'SESSION_LOST')) throw error
        throw new ConsensusError(ifLost.code, 'the connection was lost', { cause: error })
      }
    })
  }

  async close(timeoutMs: number): Promise<void> {
    this.#closed = true
    await this.#current?.connection.close(timeoutMs)
  }

  #connection(credentials: ZooKeeperCredentials | undefined): ZooKeeperConnection {
    const of = credentials ? JSON.stringify(credentials) : ''
    const current = this.#current
    if (current && current.of === of && !current.connection.expired.aborted) return current.connection
    current?.connection.abandon()
    if (this.#closed) throw new ConsensusError('STORE_CLOSED', 'the store is closed')
    const connection = this.#connect(credentials)
    const opened = connection.open(connection.expired)
    opened.catch(() => undefined) // whoever sends waits for it, each within a deadline
    this.#current = { of, connection, opened }
    return connection
  }
}
