import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Harness } from '@eldest/conformance'
import { systemClock } from '@eldest/core'
import { hostBoot } from './host-boot.js'
import { openLocalClient } from './local-client.js'
import { LocalFile } from './local-file.js'
import { LocalLedger } from './local-ledger.js'
import { LocalLink } from './local-link.js'
import { assertPath, parseLocalUrl } from './local-options.js'
import { LocalStore } from './local-store.js'

/** What LMDB and the store keep beside the file, and the file. */
const FILES = ['', '-lock', '-sessions', '-processes']

/**
 * The file that a `local:` URL names, for the conformance suite. One that exists is used as it is and stays; one that
 * did not is deleted in the end.
 */
export async function createHarness(url: string): Promise<Harness> {
  const named = parseLocalUrl(url)
  assertPath(named)
  const path = resolve(named)
  const existed = existsSync(path)
  return {
    name: 'local',
    ttlMs: 500,
    async connect() {
      const link = new LocalLink()
      const store = await LocalStore.open(path, {
        openClient: async (...where) => link.wrap(await openLocalClient(...where)),
      })
      return {
        store,
        cut: () => link.cut(),
        heal: () => link.heal(),
        loseNextAnswer: () => link.loseNextAnswer(),
      }
    },
    async endSession(id) {
      const real = await LocalFile.prepare(path)
      const client = await openLocalClient(real, 5000)
      const file = LocalFile.opened(real)
      const ledger = new LocalLedger({ client, file, clock: systemClock, boot: hostBoot(), requestTimeoutMs: 5000 })
      await ledger.write((draft) => draft.endSession(id), { alone: true })
      await ledger.close()
    },
    async dispose() {
      if (existed) return
      for (const file of FILES) rmSync(path + file, { recursive: true, force: true })
    },
  }
}
