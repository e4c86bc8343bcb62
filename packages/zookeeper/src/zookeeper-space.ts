import type { Entry } from '@eldest/core'
import type { Stat } from 'node-zookeeper-client'
import type { ZNode } from './zookeeper-client.js'

/**
 * How entries lie in nodes.
 *
 * - An entry with an owner is an ephemeral node: its data is the value, `czxid` the createRevision. Where there is a
 *   folder of its name, its node's name ends in "=", which no key has.
 * - One without is a persistent node whose data is a mark, the createRevision (0: that of the write that made it) and
 *   the value. Deleting it leaves the mark alone: a persistent node is never removed, so that its version never starts
 *   again, and a check of the version is a check of the entry.
 * - Persistent nodes without the mark are folders.
 */
const MARK = Buffer.from([0x00, 0x45]) // no text begins so
const HEAD_BYTES = MARK.length + 8

/** A node, as what is written next rests on it. */
export interface Found {
  path: string
  /** `undefined`: a node without an entry. */
  entry: Entry | undefined
  version: number
  /** Whether it is ephemeral. */
  owned: boolean
}

const BESIDE_FOLDER = '='

/** The paths of one namespace. */
export class ZooKeeperSpace {
  readonly root: string
  /** Where the entries that we have handed out have their nodes. */
  readonly #places = new WeakMap<Entry, string>()

  constructor(namespace: string) {
    this.root = namespace === '' ? '/' : `/${namespace}`
  }

  path(key: string): string {
    if (key === '') return this.root
    return this.root === '/' ? `/${key}` : `${this.root}/${key}`
  }

  /** Where an owned entry lies whose name is that of a folder. */
  besideFolder(path: string): string {
    return path + BESIDE_FOLDER
  }

  keyOf(path: string): string {
    const key = path.slice(this.root === '/' ? 1 : this.root.length + 1)
    return key.endsWith(BESIDE_FOLDER) ? key.slice(0, -1) : key
  }

  find(path: string, { data, stat }: ZNode): Found {
    const entry = entryOf(this.keyOf(path), data, stat)
    if (entry) this.#places.set(entry, path)
    return { path, entry, version: stat.version, owned: isOwned(stat) }
  }

  /** The node of an entry that came from here; `undefined` for a copy, whose node has to be looked for. */
  placeOf(entry: Entry): string | undefined {
    return this.#places.get(entry)
  }

  /** Takes note of an entry that was made of a write's answer. */
  place(entry: Entry, path: string): Entry {
    this.#places.set(entry, path)
    return entry
  }

  /** The data of an entry without an owner. `undefined`: the write makes the entry. */
  unowned(value: Uint8Array, createRevision?: bigint): Buffer {
    const data = Buffer.alloc(HEAD_BYTES + value.length)
    MARK.copy(data)
    data.writeBigUInt64BE(createRevision ?? 0n, MARK.length)
    data.set(value, HEAD_BYTES)
    return data
  }

  /** The data of a node whose entry was deleted. */
  get deleted(): Buffer {
    return Buffer.from(MARK)
  }
}

function entryOf(key: string, data: Buffer | undefined, stat: Stat): Entry | undefined {
  const modRevision = stat.mzxid.readBigInt64BE()
  if (isOwned(stat)) {
    const createRevision = stat.czxid.readBigInt64BE()
    const session = stat.ephemeralOwner.toString('hex')
    return { key, value: new Uint8Array(data ?? []), createRevision, modRevision, session }
  }
  if (!data || data.length < HEAD_BYTES || !data.subarray(0, MARK.length).equals(MARK)) return undefined
  const createRevision = data.readBigInt64BE(MARK.length) || modRevision
  return { key, value: new Uint8Array(data.subarray(HEAD_BYTES)), createRevision, modRevision, session: undefined }
}

/** Whether the node is ephemeral. */
export function isOwned({ ephemeralOwner }: Stat): boolean {
  return ephemeralOwner.some((byte) => byte !== 0)
}
