import { homedir } from 'node:os'
import { join } from 'node:path'
import { connect, type ConsensusStore } from '@eldest/core'
import type { Command } from 'commander'
import { adaptersFor } from './adapters.js'

/** What every command that opens a store is given. */
export interface StoreOptions {
  store: string
  json?: boolean
}

/** The store used when neither `--store` nor ELDEST_STORE names one: a file in the user's state folder. */
export function defaultStoreUrl(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  return `local:${join(stateFolder(env, platform), 'eldest', 'store.lmdb')}`
}

/** Adds the options that all commands share. */
export function withStore(command: Command): Command {
  return command
    .option(
      '--store <url>',
      'store to use: local:./path, etcd://host, consul://host, zookeeper://host, … (default: ELDEST_STORE, or the local store of this user)',
    )
    .option('--json', 'print one JSON object a line')
    .hook('preAction', (_, action) => {
      // Not commander's own default, which would print this user's home folder in every --help.
      if (action.getOptionValue('store') === undefined) {
        action.setOptionValue('store', process.env['ELDEST_STORE'] || defaultStoreUrl())
      }
    })
}

/**
 * Opens the store, hands it to the work, and closes it whatever happens. Asked to stop before that was all done, it
 * resolves to `undefined`.
 */
export async function usingStore<T>(
  { store: url }: StoreOptions,
  signal: AbortSignal,
  work: (store: ConsensusStore) => Promise<T>,
): Promise<T | undefined> {
  let store: ConsensusStore | undefined
  try {
    store = await connect(url, { adapters: await adaptersFor(url), signal })
    return await work(store)
  } catch (error) {
    if (error !== signal.reason) throw error
    return undefined
  } finally {
    await store?.close()
  }
}

function stateFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  return env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state')
}
