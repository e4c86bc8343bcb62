import { EventEmitter } from 'node:events'

/** A read's body and the index from which to wait for the next: npm consul hands that out for an emitter in `ctx`. */
export async function indexed<T>(read: (options: { ctx: EventEmitter }) => unknown): Promise<{ body: T; index: number }> {
  const ctx = Object.assign(new EventEmitter(), { includeResponse: true })
  const [response, body] = (await read({ ctx })) as [{ headers: Record<string, string> }, T]
  return { body, index: Number(response.headers['x-consul-index']) }
}
