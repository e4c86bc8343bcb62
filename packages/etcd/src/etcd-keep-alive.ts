import { type Clock, ConsensusError } from '@eldest/core'
import { onAbort } from '@eldest/core/adapter'
import type { KeepAliveStream } from './etcd-client.js'
import { etcdError } from './etcd-errors.js'

/** The answer to one renewal of a lease. */
export interface KeptAlive {
  /** When it was sent, on the clock. */
  sentMs: number
  /** Seconds; 0: there is no such lease. */
  ttl: number
  /** The term of the last entry that the member had applied, read *before* it renewed (etcd `v3rpc/lease.go`). */
  term: string
}

interface Waiting {
  id: string
  sentMs: number
  resolve: (answer: KeptAlive) => void
  reject: (error: unknown) => void
}

const DOING = { what: 'renew a session' }

/** Renewals of all leases by way of one stream to one member, which answers each in its turn. */
export class EtcdKeepAlive {
  readonly #clock: Clock
  readonly #open: () => Promise<KeepAliveStream>
  #run: KeepAliveRun | undefined

  constructor(clock: Clock, open: () => Promise<KeepAliveStream>) {
    this.#clock = clock
    this.#open = open
  }

  /**
   * Renews a lease. Cancellation: the answer of a member that hangs never comes, so the stream is given up, and with
   * it the other renewals that wait on it.
   */
  renew(id: string, signal: AbortSignal): Promise<KeptAlive> {
    if (!this.#run || this.#run.over) this.#run = new KeepAliveRun(this.#clock, this.#open)
    return this.#run.renew(id, signal)
  }

  close(reason: unknown): void {
    this.#run?.end(reason)
  }
}

/** One stream, from its opening until its first failure. */
class KeepAliveRun {
  over = false
  readonly #clock: Clock
  readonly #stream: Promise<KeepAliveStream>
  #waiting: Waiting[] = []

  constructor(clock: Clock, open: () => Promise<KeepAliveStream>) {
    this.#clock = clock
    this.#stream = open()
    this.#stream.then(
      (stream) => this.#listen(stream),
      (error: unknown) => this.end(error),
    )
  }

  async renew(id: string, signal: AbortSignal): Promise<KeptAlive> {
    signal.throwIfAborted()
    const unlink = onAbort(signal, (reason) => this.end(reason))
    try {
      const stream = await this.#stream
      signal.throwIfAborted()
      return await new Promise<KeptAlive>((resolve, reject) => {
        if (this.over) throw new ConsensusError('UNAVAILABLE', 'the stream has ended')
        this.#waiting.push({ id, sentMs: this.#clock.now(), resolve, reject })
        stream.write({ ID: id })
      })
    } catch (error) {
      throw etcdError(error, DOING)
    } finally {
      unlink()
    }
  }

  end(error: unknown): void {
    if (this.over) return
    this.over = true
    for (const { reject } of this.#waiting.splice(0)) reject(error)
    this.#stream.then(
      (stream) => stream.cancel(),
      () => undefined,
    )
  }

  #listen(stream: KeepAliveStream): void {
    stream.on('error', (error) => this.end(error)) // stays on: cancelling is an error, too
    stream.on('end', () => this.end(new ConsensusError('OUTCOME_UNKNOWN', 'the server has ended the stream')))
    stream.on('data', ({ ID, TTL, header }) => {
      const place = this.#waiting.findIndex(({ id }) => id === ID)
      if (place < 0) return
      const [{ sentMs, resolve }] = this.#waiting.splice(place, 1) as [Waiting]
      resolve({ sentMs, ttl: Number(TTL), term: header.raft_term })
    })
  }
}
