import type { Clock } from '@eldest/core'
import { Credentials, type Supplied } from '@eldest/core/adapter'
import type { ConsulClient, Sending } from './consul-client.js'
import { consulError, type Doing } from './consul-errors.js'

/** One agent, as a store uses it: its client, with our token. */
export class ConsulHost {
  readonly #client: ConsulClient
  readonly #credentials: Credentials<string>

  constructor(client: ConsulClient, token: Supplied<string> | undefined, clock: Clock) {
    this.#client = client
    this.#credentials = new Credentials(token, clock)
  }

  /** Sends one request. Errors: `ConsensusError`s that say whether it may have been done; `ConditionFailed`. */
  request<T>(
    doing: Doing,
    signal: AbortSignal,
    send: (client: ConsulClient, sending: Sending) => Promise<T>,
  ): Promise<T> {
    return this.#credentials.use(async (token) => {
      try {
        return await send(this.#client, { signal, token })
      } catch (error) {
        throw consulError(error, doing)
      }
    })
  }

  close(): void {
    this.#client.close()
  }
}
