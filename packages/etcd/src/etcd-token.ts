import { type Clock, ConsensusError } from '@eldest/core'
import { Credentials, type Supplied, withDeadline } from '@eldest/core/adapter'
import type { EtcdClient } from './etcd-client.js'
import { etcdError, isStaleToken } from './etcd-errors.js'
import type { EtcdCredentials } from './etcd-options.js'

/** What an {@link EtcdToken} is made of. */
export interface EtcdTokenOptions {
  client: EtcdClient
  clock: Clock
  credentials: Supplied<EtcdCredentials> | undefined
  requestTimeoutMs: number
}

interface Known {
  /** The user, as text. */
  of: string
  token: Promise<string>
}

/**
 * The token by which one member knows our user: fetched when it is first needed, and again when the member has
 * forgotten it, which members do after some minutes and at every restart.
 */
export class EtcdToken {
  readonly #client: EtcdClient
  readonly #clock: Clock
  readonly #requestTimeoutMs: number
  readonly #credentials: Credentials<EtcdCredentials>
  #known: Known | undefined

  constructor({ client, clock, credentials, requestTimeoutMs }: EtcdTokenOptions) {
    this.#client = client
    this.#clock = clock
    this.#requestTimeoutMs = requestTimeoutMs
    this.#credentials = new Credentials(credentials, clock)
  }

  /** Sends a request with the token; once more, with a new one, if it was refused for that. */
  use<T>(send: (token: string | undefined) => Promise<T>): Promise<T> {
    return this.#credentials.use(async (user) => {
      if (!user) return send(undefined)
      const known = this.#know(user)
      const token = await known.token
      try {
        return await send(token)
      } catch (error) {
        if (!isStaleToken(error)) throw error
        if (this.#known === known) this.forget()
        return send(await this.#know(user).token)
      }
    })
  }

  /** The next request fetches a new one. */
  forget(): void {
    this.#known = undefined
  }

  /** Requests at the same time fetch one; each of them has its own deadline. */
  #know(user: EtcdCredentials): Known {
    const of = JSON.stringify(user)
    if (this.#known?.of === of) return this.#known
    const known = { of, token: this.#authenticate(user) }
    known.token.catch(() => {
      if (this.#known === known) this.forget()
    })
    return (this.#known = known)
  }

  async #authenticate({ user, password }: EtcdCredentials): Promise<string> {
    const timeoutMs = this.#requestTimeoutMs
    const onTimeout = () => new ConsensusError('UNAVAILABLE', `etcd did not log in user ${user} within ${timeoutMs} ms`)
    const authenticate = (signal: AbortSignal) => this.#client.authenticate(user, password, { signal })
    try {
      const { token } = await withDeadline({ clock: this.#clock, timeoutMs, onTimeout }, authenticate)
      return token
    } catch (error) {
      const refused = etcdError(error, { what: `log in user ${JSON.stringify(user)}` }) as ConsensusError
      // Logging in changes nothing: whatever it was for has not happened.
      if (refused.code !== 'OUTCOME_UNKNOWN') throw refused
      throw new ConsensusError('UNAVAILABLE', refused.message, { cause: refused })
    }
  }
}
