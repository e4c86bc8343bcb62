import { ConsensusError } from '../error.js'

/** The connection between one `MemoryStore` and its server, with the faults that a real one has. */
export class MemoryLink {
  readonly #healed = new Set<() => void>()
  #connected = true
  #loseAnswers = 0

  get connected(): boolean {
    return this.#connected
  }

  /** From now on no request reaches the server, and no change of it is seen. */
  cut(): void {
    this.#connected = false
  }

  heal(): void {
    this.#connected = true
    for (const listener of [...this.#healed]) listener()
  }

  /** The next write takes effect at the server, but its answer does not arrive. */
  loseNextAnswer(): void {
    this.#loseAnswers++
  }

  /** Calls back when the link works again. Returns the removal. */
  onHeal(listener: () => void): () => void {
    this.#healed.add(listener)
    return () => this.#healed.delete(listener)
  }

  /** One request and its answer. `write`: it is one whose answer may be told to get lost. */
  async request<T>(operation: () => T, write: boolean): Promise<T> {
    await Promise.resolve() // like every store, never within the caller's own turn
    if (!this.#connected) throw new ConsensusError('UNAVAILABLE', 'the link to the memory server is cut')
    const answer = operation()
    if (write && this.#loseAnswers > 0) {
      this.#loseAnswers--
      throw new ConsensusError('OUTCOME_UNKNOWN', 'the answer of the memory server was lost')
    }
    return answer
  }
}
