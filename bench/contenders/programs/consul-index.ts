import { EventEmitter } from 'node:events'
import type Consul from 'consul'

/** A key as Consul holds it. */
export interface ConsulKey {
  Key: string
  CreateIndex: number
  Session?: string
}

/** A read of the keys, and the index from which to wait for the next: npm consul hands that out for an emitter. */
export async function readKeys(consul: Consul, query: object): Promise<{ keys: ConsulKey[]; index: number }> {
  const ctx = Object.assign(new EventEmitter(), { includeResponse: true })
  const answer: unknown = await consul.kv.get({ ...query, ctx } as never)
  const [response, body] = answer as [{ headers: Record<string, string> }, ConsulKey | ConsulKey[] | undefined]
  const keys = body === undefined ? [] : Array.isArray(body) ? body : [body]
  return { keys, index: Number(response.headers['x-consul-index']) }
}
