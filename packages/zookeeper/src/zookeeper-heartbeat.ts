/** A server that holds the session. Times in milliseconds. */
export interface AskedServer {
  /** The same value for the same connection. */
  connection: unknown
  /** When it was asked for the session, or to take it over from another server. */
  askedMs: number
}

/** A heartbeat that was answered. Times in milliseconds. */
export interface Heartbeat {
  sentMs: number
  answeredMs: number
  server: AskedServer
}

/**
 * From when the server provably keeps a session, by the heartbeats it has acknowledged.
 *
 * A leader learns of the clients of a follower by the follower's pings, every half a tick, and not by what the follower
 * hands on. That a heartbeat, which goes through the leader, was acknowledged proves that the follower was connected to
 * it then; hence the leader has had every ping that the follower had sent before, and knows of all the follower had
 * heard half a tick earlier. What that was only an answer tells: two heartbeats of a stalled connection arrive at once,
 * however far apart they were sent. So the session is kept from the sending of the last heartbeat whose own answer was
 * here half a tick before a later one was sent, to the same server.
 *
 * A server that takes a session over asks the leader first, who notes it at once (`REVALIDATE`, `touchSession`). So the
 * first heartbeat of a connection already proves as much as when it was asked for.
 */
export class Heartbeats {
  readonly #halfTickMs: number
  #provenMs: number
  #connection: unknown
  #answered: { sentMs: number; answeredMs: number }[] = []

  /** `bornMs`: when the session was asked for. */
  constructor(bornMs: number, tickMs: number) {
    this.#halfTickMs = tickMs / 2
    this.#provenMs = bornMs
  }

  /** Counts a heartbeat. Returns from when the session is kept. */
  acknowledged(heartbeat: Heartbeat): number {
    const { connection, askedMs } = heartbeat.server
    if (connection !== this.#connection) this.#answered = [{ sentMs: askedMs, answeredMs: -Infinity }]
    this.#connection = connection
    const known = this.#answered.filter(({ answeredMs }) => answeredMs <= heartbeat.sentMs - this.#halfTickMs)
    this.#provenMs = Math.max(this.#provenMs, ...known.map(({ sentMs }) => sentMs))
    this.#answered = [...this.#answered.filter(({ sentMs }) => sentMs > this.#provenMs), heartbeat]
    return this.#provenMs
  }
}
