import type { Etcd3, IWatchRequest, IWatchResponse } from 'etcd3'

export type EtcdEvents = IWatchResponse['events']

/** What is followed: a key, or the keys from one up to another. */
export interface Followed {
  key: Buffer
  range_end?: Buffer
  start_revision: string
}

interface Stream {
  write(request: IWatchRequest): void
  cancel(): void
  on(event: 'data', listener: (response: IWatchResponse) => void): void
  on(event: 'error', listener: (error: Error) => void): void
}

/** Any number of watches on one stream, as etcd offers it. */
export class EtcdWatches {
  readonly #stream: Promise<Stream>
  readonly #listeners = new Map<string, { begun: () => void; changed: (events: EtcdEvents) => void }>()
  #last = 0

  constructor(client: Etcd3) {
    this.#stream = client.watchClient.watch().then((stream: Stream) => {
      stream.on('error', () => undefined)
      stream.on('data', ({ watch_id, created, events }) => {
        const listener = this.#listeners.get(watch_id)
        if (created) listener?.begun()
        else if (events.length > 0) listener?.changed(events)
      })
      return stream
    })
  }

  /** Resolves to its cancellation when the server has begun. */
  async follow(followed: Followed, changed: (events: EtcdEvents) => void): Promise<() => void> {
    const stream = await this.#stream
    const watch_id = String(++this.#last)
    await new Promise<void>((begun) => {
      this.#listeners.set(watch_id, { begun, changed })
      stream.write({ create_request: { ...followed, watch_id } })
    })
    return () => {
      this.#listeners.delete(watch_id)
      stream.write({ cancel_request: { watch_id } })
    }
  }

  async close(): Promise<void> {
    const stream = await this.#stream
    stream.cancel()
  }
}
