import { createHash, randomUUID } from 'node:crypto'
import zookeeper from 'node-zookeeper-client'
import { address, freshNamespace, variable } from '../zookeeper-servers.js'

/** A user of the scheme `digest`. */
export interface User {
  user: string
  password: string
}

const BITS: Record<string, number> = { r: 1, w: 2, c: 4, d: 8, a: 16 }

export function freshUser(): User {
  return { user: `user-${randomUUID()}`, password: randomUUID() }
}

/** A chroot of their own, for which these users have these permissions (of `cdrwa`) and nobody has others. */
export async function namespaceFor(permissions: string, ...users: User[]): Promise<string> {
  const namespace = freshNamespace()
  const bits = permissions.split('').reduce((sum, each) => sum | BITS[each]!, 0)
  const { ACL, Id } = zookeeper
  const acl = users.map((user) => new ACL(bits, new Id('digest', digest(user))))
  const administrator = zookeeper.createClient(address('ZOOKEEPER_ACL_PORT'))
  administrator.addAuthInfo('digest', Buffer.from(`root:${variable('ZOOKEEPER_ROOT_PASSWORD')}`))
  try {
    await new Promise<void>((resolve, reject) => {
      administrator.once('connected', () => {
        administrator.create(`/${namespace}`, Buffer.alloc(0), acl, (error) => {
          if (error) reject(error)
          else resolve()
        })
      })
      administrator.connect()
    })
  } finally {
    administrator.close()
  }
  return namespace
}

/** As ZooKeeper's DigestAuthenticationProvider prints it. */
function digest({ user, password }: User): string {
  return `${user}:${createHash('sha1').update(`${user}:${password}`).digest('base64')}`
}
