// A bare LMDB transaction to stand, one to leave, and fs.watch on the file in between. No session, no expiry.
import { watch } from 'node:fs'
import { open } from 'lmdb'
import { perform } from './stage.js'

/** The file system tells of a commit before it can be read. */
const LOOK_AGAIN_MS = [1, 4, 16, 64]

await perform(async ({ address, id }, tell) => {
  const line = open<string, number>({ path: address, overlappingSync: false })
  let own = 0
  let leads = false

  /** Whether somebody stands before us; in a transaction, to see what has just been committed. */
  const hasElder = () =>
    line.transactionSync(() => {
      const [eldest] = line.getKeys({ limit: 1 })
      return eldest !== own
    })

  return {
    async campaign() {
      own = line.transactionSync(() => {
        const [last = 0] = line.getKeys({ reverse: true, limit: 1 })
        line.putSync(last + 1, id)
        return last + 1
      })
      if (hasElder()) {
        await new Promise<void>((resolve) => {
          let timer: NodeJS.Timeout | undefined
          const look = ([delayMs, ...later]: number[]) => {
            clearTimeout(timer)
            if (!hasElder()) {
              watcher.close()
              resolve()
            } else if (delayMs !== undefined) timer = setTimeout(look, delayMs, later)
          }
          const watcher = watch(address, () => look(LOOK_AGAIN_MS))
          look([])
          tell('standing')
        })
      }
      leads = true
      tell('elected')
    },
    async resign() {
      leads = false
      line.transactionSync(() => line.removeSync(own))
    },
    leads: () => leads,
  }
})
