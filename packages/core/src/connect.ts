import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Cancellable, ConsensusStore } from './store.js'
import type { Adapter } from './store-adapter.js'

/** Options of {@link connect}. */
export interface ConnectOptions extends Cancellable {
  /**
   * Adapters at hand, asked first: for bundlers, which cannot follow a dynamic import, and for third-party stores.
   * Default: none.
   */
  adapters?: readonly Adapter[]
}

/**
 * Opens the store that a URL names. `memory:` is built in. For any other scheme the adapter is taken from `adapters`,
 * or else from the package `@eldest/<scheme>` (or `@eldest/<scheme>` less a final "s", which by convention asks for
 * TLS), which has to be installed.
 *
 * Errors: `RangeError` for a malformed URL or an unknown scheme, with what to install; the adapter's own.
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<ConsensusStore> {
  const { adapters = [], signal } = options
  signal?.throwIfAborted()
  if (typeof url !== 'string') throw new TypeError(`the store URL must be a string, not ${typeof url}`)
  const scheme = /^([a-z][a-z0-9]*):/.exec(url)?.[1]
  if (scheme === undefined) {
    throw new RangeError(`store URL has no scheme: write for example local:./election or memory: before it`)
  }
  const adapter = adapters.find((candidate) => candidate.schemes.includes(scheme)) ?? (await load(scheme))
  return adapter.connect(url, signal ? { signal } : {})
}

async function load(scheme: string): Promise<Adapter> {
  if (scheme === 'memory') return (await import('./memory/memory-adapter.js')).adapter
  const names = [`@eldest/${scheme}`]
  if (scheme.endsWith('s')) names.push(`@eldest/${scheme.slice(0, -1)}`)
  for (const name of names) {
    const module = await importIfInstalled(name)
    if (!module) continue
    if (module.adapter?.schemes.includes(scheme)) return module.adapter
    throw new RangeError(`the installed ${name} does not serve the scheme "${scheme}:"`)
  }
  const [first, less] = names
  const wanted = less === undefined ? first : `${first}, or ${less} where its "s" asks for TLS`
  throw new RangeError(
    `no adapter for the scheme "${scheme}:": install it (npm install ${wanted}), or hand it to connect(url, { adapters })`,
  )
}

/** From where this package lies, or else from where the program runs: strict package managers link it only there. */
async function importIfInstalled(name: string): Promise<{ adapter?: Adapter } | undefined> {
  for (const base of [import.meta.url, pathToFileURL(join(process.cwd(), 'noop.js')).href]) {
    let path: string
    try {
      path = createRequire(base).resolve(name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
      continue
    }
    return (await import(pathToFileURL(path).href)) as { adapter?: Adapter }
  }
  return undefined
}
