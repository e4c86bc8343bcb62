import zookeeper, { type Client, type Event } from 'node-zookeeper-client'
import { Audiences } from './audience.js'
import type { Bid, Crowd, CrowdKind } from './crowd.js'

const MAX_TIMEOUT_MS = 60_000

/**
 * The recipe of ZooKeeper's documentation, by `node-zookeeper-client`: a numbered ephemeral node, the children, a
 * watcher on the one before, and the children again when it is gone.
 */
export const zookeeperRequests: CrowdKind = {
  contender: 'bare requests',
  store: 'zookeeper',
  role: 'floor',
  async open({ server: { host, port }, namespace, ttlMs }) {
    const client = zookeeper.createClient(`${host}:${port}`, { sessionTimeout: Math.min(ttlMs, MAX_TIMEOUT_MS) })
    await new Promise<void>((resolve) => {
      client.once('connected', resolve)
      client.connect()
    })
    return new ZooKeeperRequestsCrowd(client, `/${namespace}`)
  },
}

class ZooKeeperRequestsCrowd implements Crowd {
  readonly #audiences = new Audiences()
  readonly #client: Client
  readonly #root: string
  readonly #folders = new Map<string, Promise<string>>()

  constructor(client: Client, root: string) {
    this.#client = client
    this.#root = root
  }

  async stand(election: string, id: string): Promise<Bid> {
    const folder = await this.#folder(election)
    const { EPHEMERAL_SEQUENTIAL } = zookeeper.CreateMode
    const path = await promised<string>((done) =>
      this.#client.create(`${folder}/${id}-`, Buffer.from(id), EPHEMERAL_SEQUENTIAL, done),
    )
    let elect = () => {}
    const elected = new Promise<void>((resolve) => (elect = resolve))
    await this.#waitFor(folder, path, elect)
    return {
      elected,
      resign: async () => {
        await promised((done) => this.#client.remove(path, -1, done as never))
      },
    }
  }

  observe(election: string, tell: (leader: string) => void): Promise<void> {
    return this.#audiences.join(election, tell, (all) => this.#follow(election, all))
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#client.once('disconnected', resolve)
      this.#client.close()
    })
  }

  async #follow(election: string, tell: (leader: string) => void): Promise<void> {
    const folder = await this.#folder(election)
    const look = async () => {
      const again = () => {
        look().catch(() => undefined) // closed meanwhile
      }
      const names = await promised<string[]>((done) => this.#client.getChildren(folder, again, done))
      const eldest = names.sort(byNumber)[0]
      if (eldest) tell(eldest.slice(0, eldest.lastIndexOf('-')))
    }
    await look()
  }

  /** Resolves when there is nobody before this node, or somebody who is watched. */
  async #waitFor(folder: string, path: string, elect: () => void): Promise<void> {
    const names = (await promised<string[]>((done) => this.#client.getChildren(folder, done))).sort(byNumber)
    const elder = names[names.indexOf(path.slice(folder.length + 1)) - 1]
    if (elder === undefined) {
      elect()
      return
    }
    const gone = ({ type }: Event) => {
      if (type !== zookeeper.Event.NODE_DELETED) return
      this.#waitFor(folder, path, elect).catch(() => undefined) // closed meanwhile
    }
    const there = await promised((done) => this.#client.exists(`${folder}/${elder}`, gone, done))
    if (!there) await this.#waitFor(folder, path, elect)
  }

  #folder(election: string): Promise<string> {
    const path = `${this.#root}/${election}`
    const made =
      this.#folders.get(path) ?? promised((done) => this.#client.mkdirp(path, done as never)).then(() => path)
    this.#folders.set(path, made)
    return made
  }
}

/** The server's number at the end of each name. */
function byNumber(a: string, b: string): number {
  return a.slice(-10) < b.slice(-10) ? -1 : 1
}

function promised<T>(send: (done: (error: unknown, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, value) => {
      if (error) reject(error)
      else resolve(value)
    })
  })
}
