import { readFileSync } from 'node:fs'
import type { Server } from './contenders/contender.js'

/** The single servers of `npm run servers -- up`. */
export const SERVER_STORES = ['etcd', 'consul', 'zookeeper'] as const
export type ServerStore = (typeof SERVER_STORES)[number]

/** Where the single server of a store is. */
export function serverOf(store: ServerStore): Server {
  return { host: '127.0.0.1', port: Number(variable(`${store.toUpperCase()}_PORT`)) }
}

/** The URL by which Eldest reaches a server. */
export function urlOf(store: ServerStore, { host, port }: Server, namespace: string): string {
  return `${store}://${host}:${port}/${namespace}`
}

/** A variable of the environment, or its default in docker/.env. */
export function variable(name: string): string {
  const defaults = readFileSync(new URL('../docker/.env', import.meta.url), 'utf8')
  const value = process.env[name] ?? new RegExp(`^${name}=(.*)$`, 'm').exec(defaults)?.[1]
  if (value === undefined) throw new Error(`docker/.env does not set ${name}`)
  return value
}
