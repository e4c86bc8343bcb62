import type { Entry } from '@eldest/core'
import type { ConsulKey } from './consul-client.js'

/** The keys of one namespace: our words for what Consul holds. */
export class ConsulSpace {
  readonly #before: string

  constructor(namespace: string) {
    this.#before = namespace === '' ? '' : `${namespace}/`
  }

  nameOf(key: string): string {
    return this.#before + key
  }

  /** Everything beneath a prefix, however deep, begins so. */
  beneath(prefix: string): string {
    return this.nameOf(prefix === '' ? '' : `${prefix}/`)
  }

  /** The rule that a policy needs, for messages. */
  right(access: 'read' | 'write'): string {
    return `key_prefix "${this.#before}" { policy = "${access}" }`
  }

  entry({ Key, Value, CreateIndex, ModifyIndex, Session }: ConsulKey): Entry {
    return {
      key: Key.slice(this.#before.length),
      // Reads give bytes, transactions base64; empty is null in both.
      value: new Uint8Array(typeof Value === 'string' ? Buffer.from(Value, 'base64') : (Value ?? [])),
      createRevision: BigInt(CreateIndex),
      modRevision: BigInt(ModifyIndex),
      session: Session,
    }
  }
}
