import { type Clock, ConsensusError } from '@eldest/core'
import { onAbort } from '@eldest/core/adapter'
import type { ZooKeeperConnection } from './zookeeper-connection.js'
import type { Watcher } from './zookeeper-watchers.js'

/** Wakes a watch: one function for all its watchers. */
export class Bell {
  #rung = false
  #wake: Watcher = () => {}

  readonly ring: Watcher = (gone) => {
    this.#rung = true
    this.#wake(gone)
  }

  /**
   * Resolves when it has rung since the last call, or after `againMs`: to the path of the node that is gone, if it rings
   * now because of that. What has rung before, during a read, says nothing of what that read has seen. Rejects when the
   * connection has ended.
   */
  rings(
    clock: Clock,
    connection: ZooKeeperConnection,
    { againMs, signal }: { againMs: number; signal: AbortSignal },
  ): Promise<string | undefined> {
    return new Promise<string | undefined>((resolve, reject) => {
      const ended = () => reject(new ConsensusError('UNAVAILABLE', 'the connection has ended, and its watches with it'))
      const cleanUp = [
        clock.setTimeout(() => this.#wake(), againMs),
        onAbort(connection.expired, () => {
          ended()
          finish()
        }),
        onAbort(signal, (reason) => {
          reject(reason)
          finish()
        }),
      ]
      const finish = () => {
        this.#wake = () => {}
        for (const each of cleanUp) each()
      }
      this.#wake = (gone) => {
        this.#rung = false
        resolve(gone)
        finish()
      }
      if (this.#rung) this.#wake()
    })
  }
}
