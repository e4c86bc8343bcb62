import type { Cancellable, ConsensusStore, Entry, Session } from '@eldest/core'
import { freshName } from '@eldest/core/adapter'
import type { CaseContext } from './case.js'
import { bytes } from './entry.js'

/** One call of the contract, ready to be made. */
export interface Operation {
  readonly name: string
  readonly kind: 'read' | 'write' | 'watch'
  readonly run: (options?: Cancellable) => Promise<unknown>
}

/** Where {@link operations} work: an entry of the session, under the prefix. */
export interface OperationsTarget {
  store: ConsensusStore
  session: Session
  entry: Entry
  prefix: string
  ttlMs: number
}

/** Every asynchronous call that the contract has. They write to the entry, and to `written` and `created-…` beneath the prefix. */
export function operations({ store, session, entry, prefix, ttlMs }: OperationsTarget): Operation[] {
  const value = bytes('written')
  const written = `${prefix}/written`
  const firstOf = (watch: AsyncIterable<unknown>) => watch[Symbol.asyncIterator]().next()
  return [
    { name: 'get', kind: 'read', run: (options) => store.get(entry.key, options) },
    { name: 'list', kind: 'read', run: (options) => store.list(prefix, options) },
    { name: 'predecessor', kind: 'read', run: (options) => store.predecessor(entry, options) },
    { name: 'put', kind: 'write', run: (options) => store.put(written, value, options) },
    { name: 'guarded put', kind: 'write', run: (options) => store.put(written, value, { ...options, guard: entry }) },
    { name: 'delete', kind: 'write', run: (options) => store.delete(entry.key, options) },
    { name: 'openSession', kind: 'write', run: (options) => store.openSession({ ...options, ttlMs }) },
    {
      name: 'createOrdered',
      kind: 'write',
      run: (options) => session.createOrdered(prefix, value, { ...options, name: `created-${freshName()}` }),
    },
    { name: 'watch', kind: 'watch', run: async (options) => firstOf(store.watch(entry.key, options)) },
    { name: 'watchPrefix', kind: 'watch', run: async (options) => firstOf(store.watchPrefix(prefix, options)) },
  ]
}

/** A client with a session and one entry, for {@link operations}. */
export async function openTarget({ connect, prefix, steadyTtlMs }: CaseContext) {
  const connection = await connect()
  const session = await connection.store.openSession({ ttlMs: steadyTtlMs })
  const entry = await session.createOrdered(prefix, bytes('x'), { name: 'one' })
  const target: OperationsTarget = { store: connection.store, session, entry, prefix, ttlMs: steadyTtlMs }
  return { connection, session, entry, target }
}
