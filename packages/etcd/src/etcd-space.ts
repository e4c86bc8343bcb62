import type { Entry } from '@eldest/core'
import type { IKeyValue } from 'etcd3'

/** Keys from this one up to, but without, the end; one key if there is no end. */
export interface KeyRange {
  key: Buffer
  range_end?: Buffer
}

/** The keys of one namespace: our words for what etcd holds. */
export class EtcdSpace {
  readonly #before: string

  constructor(namespace: string) {
    this.#before = namespace === '' ? '' : `${namespace}/`
  }

  /** One key that is read where only the reading matters: within the namespace's rights, whatever they are. */
  get probe(): string {
    return this.#before || 'elections/'
  }

  nameOf(key: string): string {
    return this.#before + key
  }

  key(key: string): Buffer {
    return Buffer.from(this.nameOf(key))
  }

  /** Everything beneath a prefix, however deep: keys from `prefix/` to `prefix0`, as "0" comes after "/". */
  beneath(prefix: string): Required<KeyRange> {
    const folder = this.nameOf(prefix === '' ? '' : `${prefix}/`)
    if (folder === '') return { key: Buffer.from('\0'), range_end: Buffer.from('\0') } // etcd's word for all keys
    return { key: Buffer.from(folder), range_end: Buffer.from(folder.slice(0, -1) + '0') }
  }

  keyOf(kv: Pick<IKeyValue, 'key'>): string {
    return kv.key.toString().slice(this.#before.length)
  }

  entry(kv: IKeyValue, value: Uint8Array = kv.value): Entry {
    return {
      key: this.keyOf(kv),
      value: new Uint8Array(value), // a copy: the client's is a view of all that has arrived
      createRevision: BigInt(kv.create_revision),
      modRevision: BigInt(kv.mod_revision),
      session: kv.lease === '0' ? undefined : sessionId(kv.lease),
    }
  }
}

/** A lease's id as etcd's own tools print it: hexadecimal, without padding. */
export function sessionId(lease: string): string {
  return BigInt.asUintN(64, BigInt(lease)).toString(16)
}

/** The lease of a session, as the client takes it. */
export function leaseOf(session: string): string {
  return BigInt.asIntN(64, BigInt(`0x${session}`)).toString()
}
