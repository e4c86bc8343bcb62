import { type Clock, ConsensusError } from '@eldest/core'
import type { Supplied } from '@eldest/core/adapter'
import type { Sending } from './etcd-call.js'
import type { EtcdClient } from './etcd-client.js'
import { type Doing, etcdError, isStaleToken } from './etcd-errors.js'
import { EtcdKeepAlive, type KeptAlive } from './etcd-keep-alive.js'
import type { EtcdCredentials } from './etcd-options.js'
import { EtcdToken } from './etcd-token.js'
import { type EtcdEvents, EtcdWatches, type Following } from './etcd-watch.js'

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
  readonly #watches: EtcdWatches

  constructor(options: EtcdHostOptions) {
    this.name = options.name
    this.#options = options
    const { client, clock, requestTimeoutMs: timeoutMs } = options
    this.#token = new EtcdToken(options)
    this.#keepAlive = new EtcdKeepAlive(clock, () => this.#token.use((token) => client.keepAlive({ token })))
    this.#watches = new EtcdWatches({ clock, timeoutMs, open: (token) => client.watch({ token }) })
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
  async follow(following: Following): Promise<never> {
    let { startRevision } = following
    const onEvents = (events: EtcdEvents) => {
      startRevision = BigInt(events.at(-1)!.kv.mod_revision) + 1n
      following.onEvents(events)
    }
    // With another token it goes on from where it was: what has been shown is not shown again.
    const follow = async (token: string | undefined) =>
      this.#watches.follow(token, { ...following, startRevision, onEvents })
    try {
      return await this.#token.use(follow)
    } catch (error) {
      throw etcdError(error, { what: 'watch', right: following.right })
    }
  }

  /** Ends every request and stream, and frees the connection. */
  close(): void {
    const closed = new ConsensusError('STORE_CLOSED', 'the store is closed')
    this.#keepAlive.close(closed)
    this.#watches.close(closed)
    this.#options.client.close()
  }
}
