import { type Clock, ConsensusError, type Entry } from '@eldest/core'
import { Requests } from '@eldest/core/adapter'
import type { ZooKeeperClient } from './zookeeper-client.js'
import type { ZooKeeperConnection } from './zookeeper-connection.js'
import { codeOf, NO_NODE, NODE_EXISTS } from './zookeeper-errors.js'
import { makeFolder, parentOf } from './zookeeper-folders.js'
import { assertSize } from './zookeeper-capabilities.js'
import type { Found, ZooKeeperSpace } from './zookeeper-space.js'

export interface ZooKeeperCreationOptions {
  connection: Pick<ZooKeeperConnection, 'send'>
  space: ZooKeeperSpace
  clock: Clock
  requestTimeoutMs: number
  /** How many servers there are to try. */
  servers: number
}

/** How a session creates its keys. */
export class ZooKeeperCreation {
  readonly #options: ZooKeeperCreationOptions
  readonly #requests: Requests<unknown>
  readonly #session: string

  constructor(options: ZooKeeperCreationOptions, session: string) {
    this.#options = options
    const { clock, requestTimeoutMs, servers } = options
    this.#requests = new Requests({ clock, requestTimeoutMs, hosts: Array.from({ length: servers }) })
    this.#session = session
  }

  async create(key: string, value: Uint8Array): Promise<Entry> {
    assertSize(value)
    const { space } = this.#options
    const path = space.path(key)
    return this.#send(key, async (client) => {
      const found = await this.#createAt(client, path, value)
      const isFolder = found && !found.owned && !found.entry
      const own = isFolder ? await this.#createAt(client, space.besideFolder(path), value) : found
      return own && this.#own(key, own.entry)
    })
  }

  /**
   * What lies at the path after an attempt to create it; `undefined`: its folder was missing, or somebody has deleted
   * it since, as an operator may: then nobody has known of the entry, and another attempt makes a younger one.
   */
  async #createAt(client: ZooKeeperClient, path: string, value: Uint8Array): Promise<Found | undefined> {
    // Sent together: the server answers in order.
    const [created, read] = await Promise.allSettled([
      client.create(path, Buffer.from(value), 'ephemeral'),
      client.getData(path),
    ])
    if (created.status === 'rejected' && codeOf(created.reason) === NO_NODE) {
      await makeFolder(client, parentOf(path))
      return undefined
    }
    if (created.status === 'rejected' && codeOf(created.reason) !== NODE_EXISTS) throw created.reason
    if (read.status === 'fulfilled') return this.#options.space.find(path, read.value)
    if (codeOf(read.reason) !== NO_NODE) throw read.reason // it may be there
    return undefined
  }

  async createNumbered(key: string, value: Uint8Array): Promise<Entry> {
    assertSize(value)
    const { space } = this.#options
    const path = space.path(key)
    const folder = parentOf(path)
    let tried = false
    return this.#send(key, async (client) => {
      let created: string | undefined
      try {
        if (tried) created = await this.#findNumbered(client, folder, path.slice(path.lastIndexOf('/') + 1))
        tried = true
        created ??= await client.create(path, Buffer.from(value), 'numbered')
      } catch (error) {
        if (codeOf(error) !== NO_NODE) throw error
        await makeFolder(client, folder)
        return undefined
      }
      try {
        return this.#own(space.keyOf(created), space.find(created, await client.getData(created)).entry)
      } catch (error) {
        if (codeOf(error) === NO_NODE) return undefined // deleted since: as above
        throw error
      }
    })
  }

  /** What an attempt has made whose answer was lost. */
  async #findNumbered(client: ZooKeeperClient, folder: string, name: string): Promise<string | undefined> {
    const children = await client.getChildren(folder)
    const mine = children.find((child) => child.startsWith(name) && /^\d{10}$/.test(child.slice(name.length)))
    return mine === undefined ? undefined : `${folder}/${mine}`
  }

  #send(key: string, attempt: (client: ZooKeeperClient) => Promise<Entry | undefined>): Promise<Entry> {
    const { connection, space } = this.#options
    const doing = { what: `create ${key}`, right: `CREATE on ${space.root} and what lies beneath it` }
    return this.#requests.idempotent(doing.what, {}, (_, signal) =>
      connection.send(doing, signal, async (client) => {
        for (;;) {
          signal.throwIfAborted()
          const entry = await attempt(client)
          if (entry) return entry
        }
      }),
    )
  }

  #own(key: string, entry: Entry | undefined): Entry {
    if (entry?.session === this.#session) return entry
    const holder = entry?.session === undefined ? 'nobody' : `session ${entry.session}`
    throw new ConsensusError('KEY_EXISTS', `${key} is held by ${holder}`)
  }
}
