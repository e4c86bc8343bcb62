import { connect, type Socket } from 'node:net'
import type { NetworkShape, ProxyCounts, ProxyTarget } from './tcp-proxy.js'

/** The least time in milliseconds after which TCP on Linux sends a lost segment again (`TCP_RTO_MIN`). */
export const RETRANSMISSION_MS = 200
/** From the first byte of a lost answer until the connection is reset: the server is surely done by then. */
const AFTER_LOST_ANSWER_MS = 100

/** The way that bytes go. */
export type Direction = 'toServer' | 'toClient'

/** What a connection asks its proxy. */
export interface ProxyFaults {
  readonly counts: ProxyCounts
  readonly mode: 'open' | 'silent' | 'held' | 'refused'
  readonly network: Required<NetworkShape>
  /** Whether what goes this way is lost. */
  swallows(direction: Direction): boolean
  /** Whether the answer to this chunk is to be lost. */
  takeLoss(chunk: Buffer): boolean
}

/** One client's connection through a proxy, and its own to the server. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #faults: ProxyFaults
  readonly #onEnd: () => void
  #lostBytes = false
  #losesAnswer = false

  constructor(client: Socket, target: ProxyTarget, faults: ProxyFaults, onEnd: () => void) {
    this.#client = client
    this.#server = connect({ ...target, allowHalfOpen: true })
    this.#faults = faults
    this.#onEnd = onEnd
    this.#join('toServer', this.#client, this.#server, (chunk) => this.#toServer(chunk))
    this.#join('toClient', this.#server, this.#client, (chunk) => this.#toClient(chunk))
  }

  /** Takes over the proxy's present mode. */
  faultsChanged(): void {
    const { mode } = this.#faults
    for (const socket of [this.#client, this.#server]) {
      if (mode === 'held') socket.pause()
      else socket.resume()
    }
    if (mode === 'refused' || (mode === 'open' && this.#lostBytes)) this.reset()
  }

  reset(): void {
    this.#onEnd()
    for (const socket of [this.#client, this.#server]) {
      if (!socket.destroyed) socket.resetAndDestroy()
    }
  }

  #join(direction: Direction, from: Socket, to: Socket, admit: (chunk: Buffer) => boolean): void {
    const lane = new Lane(direction, to, this.#faults, () => this.reset())
    from.setNoDelay(true)
    from.unref()
    from.on('data', (chunk: Buffer) => {
      if (this.#swallows(direction)) return
      if (admit(chunk)) lane.carry(chunk)
    })
    from.on('end', () => {
      if (!this.#swallows(direction)) lane.end()
    })
    from.on('error', () => {
      if (!this.#swallows(direction)) this.reset()
    })
    from.on('close', () => {
      if (to.destroyed) this.#onEnd()
      else if (!this.#swallows(direction)) lane.end()
    })
  }

  #swallows(direction: Direction): boolean {
    if (!this.#faults.swallows(direction)) return false
    this.#lostBytes = true
    return true
  }

  #toServer(chunk: Buffer): boolean {
    this.#faults.counts.chunksToServer++
    this.#faults.counts.bytesToServer += chunk.length
    if (this.#faults.takeLoss(chunk)) this.#losesAnswer = true
    return true
  }

  #toClient(chunk: Buffer): boolean {
    this.#faults.counts.bytesToClient += chunk.length
    if (!this.#losesAnswer) return true
    if (!this.#lostBytes) setTimeout(() => this.reset(), AFTER_LOST_ANSWER_MS).unref()
    this.#lostBytes = true
    return false
  }
}

/** One direction of a connection: chunks arrive in order, each as late as the network makes it. */
class Lane {
  readonly #direction: Direction
  readonly #to: Socket
  readonly #faults: ProxyFaults
  readonly #reset: () => void
  readonly #queue: (Buffer | undefined)[] = []
  #dueMs = 0

  constructor(direction: Direction, to: Socket, faults: ProxyFaults, reset: () => void) {
    this.#direction = direction
    this.#to = to
    this.#faults = faults
    this.#reset = reset
  }

  carry(chunk: Buffer): void {
    const { lossRate, resetRate, random } = this.#faults.network
    if (resetRate > 0 && random() < resetRate) this.#reset()
    else this.#enqueue(chunk, lossRate > 0 && random() < lossRate ? RETRANSMISSION_MS : 0)
  }

  end(): void {
    this.#enqueue(undefined, 0)
  }

  #enqueue(chunk: Buffer | undefined, lateMs: number): void {
    const nowMs = performance.now()
    this.#dueMs = Math.max(this.#dueMs, nowMs + this.#faults.network.delayMs + lateMs)
    this.#queue.push(chunk)
    const waitMs = this.#dueMs - nowMs
    if (waitMs === 0 && this.#queue.length === 1) this.#deliver()
    else setTimeout(() => this.#deliver(), waitMs).unref()
  }

  /** Always the first of the queue: timers of one millisecond may ring in any order. */
  #deliver(): void {
    const chunk = this.#queue.shift()
    if (this.#to.destroyed || this.#faults.swallows(this.#direction)) return
    if (chunk === undefined) this.#to.end()
    else this.#to.write(chunk)
  }
}
