import type { Adapter } from '@eldest/core'
import { parseFileUrl } from './file-options.js'
import { FileStore } from './file-store.js'

/** Serves `file:./folder`: a store in a folder, shared by the processes of this host. */
export const adapter: Adapter = {
  schemes: ['file'],
  connect: async (url, options) => FileStore.open(parseFileUrl(url), options),
}
