// Its package.json does not say to importers where its types are: what we use of them.
declare module 'redlock' {
  import type { EventEmitter } from 'node:events'
  import type { Redis } from 'ioredis'

  export default class Redlock extends EventEmitter {
    constructor(clients: Iterable<Redis>)
    using<T>(
      resources: string[],
      duration: number,
      settings: { retryCount: number },
      routine: (signal: AbortSignal) => Promise<T>,
    ): Promise<T>
  }
}
