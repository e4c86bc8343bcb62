import type { ConsensusStore } from '@eldest/core'
import { MemoryLink, MemoryServer, MemoryStore } from '@eldest/core/memory'
import type { Harness } from './harness.js'

/** What one client is made of. */
export interface MemoryClient {
  server: MemoryServer
  link: MemoryLink
}

/** What a {@link memoryHarness} is made of; each part has a default, and a broken store replaces one. */
export interface MemoryParts {
  server?: MemoryServer
  createLink?: () => MemoryLink
  createStore?: (client: MemoryClient) => ConsensusStore
  patienceMs?: number
  ttlMs?: number
}

/** Clients of one in-process server: the reference store under test, and the harness to read first. */
export function memoryHarness(parts: MemoryParts = {}): Harness {
  const {
    server = new MemoryServer(),
    createLink = () => new MemoryLink(),
    createStore = (client: MemoryClient) => new MemoryStore(client),
    patienceMs = 5000,
    ttlMs = 500,
  } = parts
  return {
    name: 'memory',
    ttlMs,
    patienceMs,
    async connect() {
      const link = createLink()
      return {
        store: createStore({ server, link }),
        cut: () => link.cut(),
        heal: () => link.heal(),
        loseNextAnswer: () => link.loseNextAnswer(),
      }
    },
    endSession: async (id) => server.endSession(id),
    dispose: async () => server.stop(),
  }
}
