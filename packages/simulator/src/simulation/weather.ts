import { CALM_AT, type Fault } from './plan.js'
import type { Node, Simulation } from './simulation.js'

/** Makes the faults of a plan happen, and in the end undoes all of them. */
export class Weather {
  readonly #simulation: Simulation
  /** Places whose process is to be started again. */
  readonly #crashed = new Set<number>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  schedule(): void {
    const { plan, world } = this.#simulation
    for (const fault of plan.faults) {
      const lasts = Math.min(fault.lasts, CALM_AT - fault.at)
      world.later(fault.at * plan.ttlMs, () => this.#strike(fault, lasts * plan.ttlMs))
    }
  }

  /** Undoes whatever is not undone yet. */
  calm(): void {
    const { candidates, observer, operator, servers } = this.#simulation
    servers.resume()
    servers.rejoin()
    servers.startUp()
    for (const node of [...candidates, observer, operator]) {
      if (node.process.paused) this.#resume(node, 0.5)
      node.connection.heal()
    }
    for (const place of [...this.#crashed]) this.#restart(place)
    this.#simulation.note('mended', 'store', 'all')
  }

  #strike(fault: Fault, forMs: number): void {
    const { candidates, observer, world } = this.#simulation
    const struck = [...candidates, observer]
    const node = struck[fault.target % struck.length]!
    const place = fault.target % candidates.length
    const later = (undo: () => void) => world.later(forMs, undo)
    switch (fault.kind) {
      case 'pause':
        if (!node.process.alive || node.process.paused) return
        this.#simulation.note('stopped', node.process.name)
        node.process.pause()
        later(() => this.#resume(node, fault.dial))
        return
      case 'crash':
        if (!candidates[place]!.process.alive) return
        this.#simulation.note('killed', candidates[place]!.process.name)
        candidates[place]!.process.crash()
        this.#crashed.add(place)
        later(() => this.#restart(place))
        return
      case 'wall clock':
        node.process.jumpWall((fault.dial - 0.5) * 20 * this.#simulation.plan.ttlMs)
        return
      case 'withdraw':
        candidates[place]!.process.enter('network', () => candidates[place]!.candidate!.withdraw(forMs))
        this.#simulation.note('fault', candidates[place]!.process.name, fault.kind)
        return
      case 'evict':
      case 'delete key':
      case 'end session':
        this.#operate(fault)
        return
      case 'stall':
      case 'restart':
      case 'cut off':
      case 'forget changes':
        this.#strikeServers(fault, later)
        return
      default:
        this.#strikeNetwork(fault, node, later)
    }
  }

  #strikeNetwork({ kind, dial }: Fault, { connection, process }: Node, later: (undo: () => void) => void): void {
    const { note, plan } = { note: this.#simulation.note.bind(this.#simulation), plan: this.#simulation.plan }
    const { trouble } = connection
    if (kind === 'partition') Object.assign(trouble, { requestsCut: true, answersCut: true })
    else if (kind === 'half-open') Object.assign(trouble, dial < 0.5 ? { requestsCut: true } : { answersCut: true })
    else if (kind === 'slow') trouble.slowMs = dial * plan.ttlMs * 0.4
    else if (kind === 'lossy') trouble.loss = 0.05 + dial * 0.4
    else if (kind === 'doubled') trouble.doubled = dial
    else trouble.watchLagMs = dial * plan.ttlMs * 2
    note('fault', process.name, kind)
    later(() => {
      connection.heal()
      note('mended', process.name, kind)
    })
  }

  #strikeServers({ kind, target, dial }: Fault, later: (undo: () => void) => void): void {
    const { servers, candidates } = this.#simulation
    this.#simulation.note('fault', 'store', kind)
    const mended = (undo: () => void) => {
      later(() => {
        undo()
        this.#simulation.note('mended', 'store', kind)
      })
    }
    if (kind === 'stall') {
      servers.stall()
      mended(() => servers.resume())
    } else if (kind === 'restart') {
      servers.shutDown()
      mended(() => servers.startUp())
    } else if (kind === 'cut off') {
      const server = dial < 0.6 ? (servers.leader ?? 0) : target % servers.count
      // Some are on its side of the cut.
      const near = candidates.filter((_, i) => ((target >> i) & 1) === 1).map(({ connection }) => connection)
      servers.cutOff(server)
      for (const { trouble } of near) trouble.only = server
      mended(() => {
        servers.rejoin()
        for (const connection of near) connection.heal()
      })
    } else {
      servers.forgetChanges()
    }
  }

  /** What an operator does: asks a candidate to step down, or takes the store's own tools to it. */
  #operate({ kind, target, dial }: Fault): void {
    const { servers, operator, plan } = this.#simulation
    const { process, election, store } = operator
    const line = servers.ledger.list(election.prefix)
    const entry = dial < 0.6 ? line[0] : line[target % Math.max(1, line.length)]
    this.#simulation.note('fault', 'operator', kind)
    if (!entry) return
    if (kind === 'end session') {
      servers.upkeep.ended(entry.session!)
      servers.ledger.endSession(entry.session!, process.name)
      return
    }
    const place = target % plan.rates.length
    process.enter('network', () => {
      const done = kind === 'evict' ? election.evict(`n${place + 1}`) : store.delete(entry.key, { guard: entry })
      done.catch(() => undefined)
    })
  }

  #resume(node: Node, dial: number): void {
    if (!node.process.paused) return
    node.process.resume(dial < 0.34 ? 'first' : dial < 0.67 ? 'last' : 'in order')
    this.#simulation.note('continued', node.process.name)
  }

  #restart(place: number): void {
    if (!this.#crashed.delete(place)) return
    this.#simulation.restart(place)
    this.#simulation.note('fault', this.#simulation.candidates[place]!.process.name, 'start')
  }
}
