import type { ZooKeeperClient } from './zookeeper-client.js'
import { codeOf, NO_NODE, NODE_EXISTS } from './zookeeper-errors.js'

/** Makes a persistent node without data, and those above it, where they are not there. They stay for good. */
export async function makeFolder(client: ZooKeeperClient, path: string): Promise<void> {
  if (path === '/') return
  try {
    await client.create(path, undefined, 'persistent')
  } catch (error) {
    if (codeOf(error) === NODE_EXISTS) return
    if (codeOf(error) !== NO_NODE) throw error
    await makeFolder(client, parentOf(path))
    await makeFolder(client, path)
  }
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
