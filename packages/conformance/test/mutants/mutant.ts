import type { Entry, Session, SessionOptions } from '@eldest/core'
import { MemoryServer, MemoryStore } from '@eldest/core/memory'
import type { MemoryParts } from '../../src/memory-harness.js'

/** A store that breaks the contract in one way. */
export interface Mutant {
  /** What it does wrong. */
  name: string
  /** The cases that must fail on it. */
  caughtBy: string[]
  parts: () => MemoryParts
}

/** A mutant of the client. */
export function store(name: string, Broken: typeof MemoryStore, ...caughtBy: string[]): Mutant {
  return { name, caughtBy, parts: () => ({ createStore: (client) => new Broken(client) }) }
}

/** A mutant of the server. */
export function server(name: string, Broken: typeof MemoryServer, ...caughtBy: string[]): Mutant {
  return { name, caughtBy, parts: () => ({ server: new Broken() }) }
}

/** Changes an entry where the server keeps it. */
export function alter(entry: Entry | undefined, change: Partial<Entry>): void {
  if (entry) Object.assign(entry, change)
}

/** A server that knows the keys which were ever written to it. */
export class TracingServer extends MemoryServer {
  readonly keys = new Set<string>()

  override createOrdered(session: string, key: string, value: Uint8Array): Entry {
    this.keys.add(key)
    return super.createOrdered(session, key, value)
  }

  override put(key: string, value: Uint8Array, guard: Entry | undefined): Entry {
    this.keys.add(key)
    return super.put(key, value, guard)
  }

  living(): Entry[] {
    return [...this.keys].map((key) => this.get(key)).filter((entry) => entry !== undefined)
  }
}

/** A client that changes each session it opens. */
export abstract class SessionAlteringStore extends MemoryStore {
  override async openSession(options: SessionOptions): Promise<Session> {
    const session = await super.openSession(options)
    this.alterSession(session)
    return session
  }

  protected abstract alterSession(session: Session): void
}

/** Replaces members of a session. */
export function alterSession(session: Session, change: Partial<Session>): void {
  for (const [member, value] of Object.entries(change)) Object.defineProperty(session, member, { value })
}
