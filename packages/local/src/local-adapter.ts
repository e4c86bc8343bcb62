import type { Adapter } from '@eldest/core'
import { parseLocalUrl } from './local-options.js'
import { LocalStore } from './local-store.js'

/** Serves `local:./path` and `local:/absolute/path`: one LMDB file, shared by the processes of this host. */
export const adapter: Adapter = {
  schemes: ['local'],
  connect: async (url, options) => LocalStore.open(parseLocalUrl(url), options),
}
