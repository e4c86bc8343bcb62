import { randomUUID } from 'node:crypto'
import { Etcd3 } from 'etcd3'
import type { EtcdCredentials } from '../../src/index.js'
import { address, variable } from '../etcd-servers.js'

/** Keys from one up to another that a user may read, write or both. */
export interface Grant {
  permission: 'Read' | 'Write' | 'Readwrite'
  key: string
  rangeEnd: string
}

/** What `policy(namespace)` gives. */
export function keysOf(namespace: string, permission: Grant['permission'] = 'Readwrite'): Grant {
  return { permission, key: `${namespace}/`, rangeEnd: `${namespace}0` }
}

/** Makes a user with these rights and no others, as `root`. */
export async function userWith(...grants: Grant[]): Promise<EtcdCredentials> {
  const made = { user: `user-${randomUUID()}`, password: randomUUID() }
  const client = new Etcd3({
    hosts: `http://${address('ETCD_USERS_PORT')}`,
    auth: { username: 'root', password: variable('ETCD_ROOT_PASSWORD') },
  })
  try {
    const role = await client.role(made.user).create()
    for (const { permission, key, rangeEnd } of grants) {
      await role.grant({ permission, range: { start: Buffer.from(key), end: Buffer.from(rangeEnd) } as never })
    }
    await (await client.user(made.user).create(made.password)).addRole(role)
  } finally {
    client.close()
  }
  return made
}
