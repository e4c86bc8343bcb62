import type { Host } from '@eldest/core/adapter'
import zookeeper, { type ACL, type Client, type Stat } from 'node-zookeeper-client'
import type { Socket } from 'node:net'
import type { ZooKeeperCredentials } from './zookeeper-options.js'
import { type Watcher, ZooKeeperWatchers } from './zookeeper-watchers.js'

/** One step of a transaction. A version is always meant: −1 is any. */
export type Step =
  | { type: 'check'; path: string; version: number }
  | { type: 'set'; path: string; data: Buffer; version: number }
  | { type: 'remove'; path: string; version: number }

/** A node's data, and what the server knows of it. */
export interface ZNode {
  /** `undefined`: none, which is not the same as empty. */
  data: Buffer | undefined
  stat: Stat
}

/** The step at which a transaction failed stands in `failedStep` of the error. */
export interface StepError extends Error {
  failedStep?: number
}

/** The few requests that a store is made of, to be sent when connected. Each rejects with the client's own error. */
export interface ZooKeeperClient {
  create(path: string, data: Buffer | undefined, mode: 'persistent' | 'ephemeral' | 'numbered'): Promise<string>
  getData(path: string, watcher?: Watcher): Promise<ZNode>
  /** Whether there is such a node; the watcher hears of its creation, too. */
  exists(path: string, watcher?: Watcher): Promise<boolean>
  getChildren(path: string, watcher?: Watcher): Promise<string[]>
  /** All steps or none, through the quorum. Resolves to the stat of the last `set`. */
  transact(steps: readonly Step[]): Promise<Stat | undefined>
  /** Calls this watcher no more, wherever it was given. */
  forget(watcher: Watcher): void
}

/** What we need of the client's inner parts, which it does not hide: its own dealings with sockets are unsafe. */
export interface ConnectionManager {
  socket?: Socket
  pendingBuffer: Buffer | null
  /** Within so many milliseconds TCP has to connect, the name's look-up included. */
  connectTimeout: number
  connectTimeoutHandler: NodeJS.Timeout | null
  onSocketData(buffer: Buffer): void
  onSocketError(error: Error): void
  onSocketConnected(): void
  findNextServer(callback: (server: unknown) => void): void
}

/** The client object and its inner parts. */
export type RawClient = Client & { connectionManager: ConnectionManager }

/** A session to resume, as the server knows it. */
export interface SessionKey {
  id: Buffer
  password: Buffer
}

export function createRawClient(hosts: readonly Host[], timeoutMs: number, session?: SessionKey): RawClient {
  const addresses = hosts.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`))
  const resumed = session && { sessionId: session.id, sessionPassword: session.password }
  const options = { sessionTimeout: timeoutMs, spinDelay: 100, retries: 0, ...resumed }
  return zookeeper.createClient(addresses.join(), options) as RawClient
}

/** The requests of a client object as promises. Its callbacks only settle them: what they throw would be uncaught. */
export function requestsOf(client: Client, credentials: ZooKeeperCredentials | undefined): ZooKeeperClient {
  const acl = aclFor(credentials)
  const { CreateMode } = zookeeper
  const watchers = new ZooKeeperWatchers()
  const modes = {
    persistent: CreateMode.PERSISTENT,
    ephemeral: CreateMode.EPHEMERAL,
    numbered: CreateMode.EPHEMERAL_SEQUENTIAL,
  }
  return {
    create: (path, data, mode) =>
      promised((done) => {
        if (data) client.create(path, data, acl, modes[mode], done)
        else client.create(path, acl, modes[mode], done)
      }),
    getData: (path, watcher) =>
      promised<ZNode>((done) => {
        const given = (error: unknown, data: Buffer | undefined, stat: Stat) => done(error, { data, stat })
        if (watcher) client.getData(path, watchers.at('node', path, watcher), given)
        else client.getData(path, given)
      }),
    exists: (path, watcher) =>
      promised<boolean>((done) => {
        const given = (error: unknown, stat: Stat | null) => done(error, stat !== null)
        if (watcher) client.exists(path, watchers.at('node', path, watcher), given)
        else client.exists(path, given)
      }),
    getChildren: (path, watcher) =>
      promised<string[]>((done) => {
        if (watcher) client.getChildren(path, watchers.at('children', path, watcher), done)
        else client.getChildren(path, done)
      }),
    transact: (steps) =>
      promised<Stat | undefined>((done) => {
        const transaction = client.transaction()
        for (const step of steps) {
          if (step.type === 'check') transaction.check(step.path, step.version)
          else if (step.type === 'set') transaction.setData(step.path, step.data, step.version)
          else transaction.remove(step.path, step.version)
          // The client takes version 0 for none, hence for any.
          ;(transaction as unknown as { ops: { version: number }[] }).ops.at(-1)!.version = step.version
        }
        transaction.commit((failure, results: { err?: number; stat?: Stat }[] | undefined) => {
          const error = failure as StepError | null
          // Before the step that failed they say 0, behind it that they were not tried.
          if (error && results) error.failedStep = results.findIndex(({ err }) => err !== 0)
          done(error, results?.findLast(({ stat }) => stat !== undefined)?.stat)
        })
      }),
    forget: (watcher) => watchers.forget(watcher),
  }
}

function promised<T>(send: (done: (error: unknown, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, value) => {
      if (error) reject(error)
      else resolve(value)
    })
  })
}

/** Who may do what to the nodes that are created: their creator everything, or everybody. */
function aclFor(credentials: ZooKeeperCredentials | undefined): ACL[] {
  const { CREATOR_ALL_ACL, OPEN_ACL_UNSAFE } = zookeeper.ACL as unknown as Record<string, ACL[]>
  return (credentials ? CREATOR_ALL_ACL : OPEN_ACL_UNSAFE)!
}
