import { type Clock, ConsensusError } from '@eldest/core'
import type { Supplied } from '@eldest/core/adapter'
import type { Sending } from './etcd-call.js'
import type { EtcdClient } from './etcd-client.js'
import { type Doing, etcdError, isStaleToken } from './etcd-errors.js'
import { EtcdKeepAlive, type KeptAlive } from './etcd-keep-alive.js'
import type { EtcdCredentials } from './etcd-options.js'
import { EtcdToken } from './etcd-token.js'
import { follow, type Following } from './etcd-watch.js'

/** What an {@link EtcdHost} is made of. */
export interface EtcdHostOptions {
  /** For messages: `host:port`. */
  name: string
  client: EtcdClient
  clock: Clock
  credentials: Supplied<EtcdCredentials> | undefined
  requestTimeoutMs: number
}

/** One member of the cluster, as a store uses it: the client, our token there, and the streams. */
export class EtcdHost {
  readonly name: string
  readonly #options: EtcdHostOptions
  readonly #token: EtcdToken
  readonly #keepAlive: EtcdKeepAlive

  constructor(options: EtcdHostOptions) {
    this.name = options.name
    this.#options = options
    this.#token = new EtcdToken(options)
    this.#keepAlive = new EtcdKeepAlive(options.clock, () =>
      this.#token.use((token) => options.client.keepAlive({ token })),
    )
  }

  /** Sends one request. Errors: `ConsensusError`s that say whether it may have been done. */
  async request<T>(
    doing: Doing,
    signal: AbortSignal,
    send: (client: EtcdClient, sending: Sending) => Promise<T>,
  ): Promise<T> {
    const classified = async (token: string | undefined) => {
      try {
        return await send(this.#options.client, { signal, token })
      } catch (error) {
        throw isStaleToken(error) ? error : etcdError(error, doing)
      }
    }
    try {
      return await this.#token.use(classified)
    } catch (error) {
      throw etcdError(error, doing)
    }
  }

  /** Renews a lease once. */
  async keepAlive(lease: string, signal: AbortSignal): Promise<KeptAlive> {
    try {
      return await this.#keepAlive.renew(lease, signal)
    } catch (error) {
      if (isStaleToken(error)) this.#token.forget()
      throw error
    }
  }

  /** Follows changes; always rejects, at the latest when the signal aborts. */
  async follow(following: Omit<Following, 'clock' | 'stream' | 'timeoutMs'>): Promise<never> {
    const { client, clock, requestTimeoutMs: timeoutMs } = this.#options
    const { signal } = following
    try {
      const stream = await this.#token.use((token) => client.watch({ signal, token }))
      return await follow({ ...following, clock, stream, timeoutMs })
    } catch (error) {
      if (isStaleToken(error)) this.#token.forget()
      throw etcdError(error, { what: 'watch', right: following.right })
    }
  }

  /** Ends every request and stream, and frees the connection. */
  close(): void {
    this.#keepAlive.close(new ConsensusError('STORE_CLOSED', 'the store is closed'))
    this.#options.client.close()
  }
}
