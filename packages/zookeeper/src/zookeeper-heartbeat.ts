/**
 * From when the server provably keeps a session, by the heartbeats it has acknowledged.
 *
 * A leader learns of the clients of a follower by the follower's pings, every half a tick. That a heartbeat, which
 * goes through the leader, was acknowledged proves that the follower was connected to it then; hence the leader has had
 * every ping that the follower had sent before, and knows of whatever the client had sent half a tick earlier. So the
 * session is kept from the sending of the last heartbeat that was acknowledged and is older than the newest
 * acknowledged one by half a tick.
 */
export class Heartbeats {
  readonly #halfTickMs: number
  #acknowledgedMs: number[]

  /** `bornMs`: when the session was asked for. */
  constructor(bornMs: number, tickMs: number) {
    this.#halfTickMs = tickMs / 2
    this.#acknowledgedMs = [bornMs]
  }

  /** Counts the acknowledgement of what was sent then. Returns from when the session is kept. */
  acknowledged(sentMs: number): number {
    this.#acknowledgedMs.push(sentMs)
    const provenMs = Math.max(
      ...this.#acknowledgedMs.filter((each) => each <= sentMs - this.#halfTickMs),
      this.#acknowledgedMs[0]!,
    )
    this.#acknowledgedMs = this.#acknowledgedMs.filter((each) => each >= provenMs)
    return provenMs
  }
}
