import { EventEmitter } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { onAbort, type Host, type TlsOptions } from '@eldest/core/adapter'
import Consul from 'consul'

/** What every request to Consul carries. */
export interface Sending {
  /** Ends the request; it is its deadline. */
  signal: AbortSignal
  token: string | undefined
}

/** A key as Consul holds it. Indexes are the raft log's. */
export interface ConsulKey {
  Key: string
  Value: Buffer | string | null
  CreateIndex: number
  ModifyIndex: number
  Session?: string
}

/** One step of a transaction. */
export interface ConsulOperation {
  Verb: 'get' | 'set' | 'lock' | 'delete' | 'check-index' | 'check-not-exists'
  Key: string
  /** Base64. */
  Value?: string
  Session?: string
  Index?: number
  Flags?: number
}

/** The answer to a read: what there is, and the index from which to wait for more; `undefined`: no Consul answered. */
export interface ConsulRead {
  keys: ConsulKey[]
  index: number | undefined
}

/** How a read is to be done. */
export interface ReadQuery {
  /** All that begins with the key. */
  recurse?: boolean
  /** Waits until there is something newer than this index, but no longer than `waitMs`. */
  index?: number
  waitMs?: number
}

/** The few requests to one agent that a store is made of. Each rejects with the client's own error. */
export interface ConsulClient {
  /** Linearizable. */
  read(key: string, query: ReadQuery, sending: Sending): Promise<ConsulRead>
  /** All steps or none, in one entry of the raft log. */
  transact(operations: readonly ConsulOperation[], sending: Sending): Promise<ConsulKey[]>
  createSession(ttlMs: number, sending: Sending): Promise<string>
  renewSession(id: string, sending: Sending): Promise<void>
  /** One that is gone is no error. */
  destroySession(id: string, sending: Sending): Promise<void>
  /** The agent's configuration, as it tells it to those who may read it. */
  self(sending: Sending): Promise<{ DebugConfig?: Record<string, unknown> }>
  close(): void
}

/** What the client's methods take beside what its types say. */
interface RequestOptions {
  ctx: EventEmitter
  token?: string
}

type Answer<T> = [response: { headers: Record<string, string | undefined> }, body: T]

/**
 * An agent takes 200 connections from one address (`http_max_conns_per_client`). So many are for requests, which wait
 * for one another; renewals and blocking queries must not wait, and have theirs beside.
 */
const MOST_CONNECTIONS = 64

/** The client of one agent, with connections of its own. */
export function openConsulClient(at: Host, tls: TlsOptions | undefined): ConsulClient {
  const agents = [MOST_CONNECTIONS, Infinity].map((maxSockets) => connections(tls, maxSockets))
  const [client, unhindered] = agents.map((agent) => clientOf(at, tls, agent)) as [Consul, Consul]
  return {
    read: (key, { recurse = false, index, waitMs }, sending) =>
      send(sending, async (options) => {
        const { kv } = index === undefined ? client : unhindered
        const wait = index === undefined ? {} : { index, wait: `${waitMs}ms` }
        const query = { key, consistent: true, buffer: true, recurse, ...wait, ...options }
        const [response, body] = (await kv.get(query as never)) as unknown as Answer<
          ConsulKey | ConsulKey[] | undefined
        >
        const header = response.headers['x-consul-index']
        const keys = body === undefined ? [] : Array.isArray(body) ? body : [body]
        return { keys, index: header === undefined ? undefined : Number(header) }
      }),
    transact: (operations, sending) =>
      send(sending, async (options) => {
        const steps = operations.map((operation) => ({ KV: operation }))
        const [, body] = (await client.transaction.create(steps as never, options as never)) as unknown as Answer<{
          Results?: { KV: ConsulKey }[]
        }>
        return (body.Results ?? []).map(({ KV }) => KV)
      }),
    createSession: (ttlMs, sending) =>
      send(sending, async (options) => {
        // No checks: the node's health would end the session. No lock-delay: names are never used again.
        const session = { ttl: `${ttlMs}ms`, behavior: 'delete', checks: [], lockdelay: '0s', ...options }
        const [, { ID }] = (await client.session.create(session as never)) as unknown as Answer<{ ID: string }>
        return ID
      }),
    renewSession: (id, sending) =>
      send(sending, async (options) => {
        await unhindered.session.renew({ id, ...options } as never)
      }),
    destroySession: (id, sending) =>
      send(sending, async (options) => {
        await client.session.destroy({ id, ...options } as never)
      }),
    self: (sending) =>
      send(sending, async (options) => {
        const [, body] = (await client.agent.self(options)) as unknown as Answer<{
          DebugConfig?: Record<string, unknown>
        }>
        return body
      }),
    close() {
      for (const agent of agents) {
        agent.maxFreeSockets = 0 // a request that was cancelled while it waited for a connection gets one all the same
        agent.destroy()
      }
    },
  }
}

function connections(tls: TlsOptions | undefined, maxSockets: number): http.Agent {
  return new (tls ? https.Agent : http.Agent)({ keepAlive: true, maxSockets })
}

function clientOf({ host, port }: Host, tls: TlsOptions | undefined, agent: http.Agent): Consul {
  const { ca, cert, key } = tls ?? {}
  return new Consul({
    host: host.includes(':') ? `[${host}]` : host,
    port,
    secure: tls !== undefined,
    agent,
    ...(tls && { ca, cert, key }),
  })
}

/** The client takes no AbortSignal, but an emitter; the same one makes it hand out the response's headers. */
async function send<T>({ signal, token }: Sending, request: (options: RequestOptions) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const ctx = Object.assign(new EventEmitter(), { includeResponse: true })
  const unlink = onAbort(signal, () => ctx.emit('cancel'))
  try {
    return await request(token === undefined ? { ctx } : { ctx, token })
  } finally {
    unlink()
  }
}
