type Tell = (leader: string) => void

/** The observers of one election who share one watch. */
class Audience {
  readonly #tells = new Set<Tell>()
  readonly #begun: Promise<void>
  #leader: string | undefined

  constructor(follow: (tell: Tell) => Promise<void>) {
    this.#begun = follow((leader) => {
      this.#leader = leader
      for (const tell of this.#tells) tell(leader)
    })
  }

  async join(tell: Tell): Promise<void> {
    await this.#begun
    this.#tells.add(tell)
    if (this.#leader !== undefined) tell(this.#leader)
  }
}

/** The observers of a process: one watch an election is the fewest. */
export class Audiences {
  readonly #elections = new Map<string, Audience>()

  /** Joins those who observe the election, or follows it for the first of them. */
  join(election: string, tell: Tell, follow: (tell: Tell) => Promise<void>): Promise<void> {
    const audience = this.#elections.get(election) ?? new Audience(follow)
    this.#elections.set(election, audience)
    return audience.join(tell)
  }
}
