import { readFileSync } from 'node:fs'

const defaults = readFileSync(new URL('../../../docker/.env', import.meta.url), 'utf8')

/** A variable of the environment, or its default in docker/.env. */
export function variable(name: string): string {
  const value = process.env[name] ?? new RegExp(`^${name}=(.*)$`, 'm').exec(defaults)?.[1]
  if (value === undefined) throw new Error(`docker/.env does not set ${name}`)
  return value
}

/** The address of a server, by the variable of its port. */
export function address(...ports: string[]): string {
  return ports.map((port) => `127.0.0.1:${variable(port)}`).join(',')
}

export const CLUSTER = ['ZOOKEEPER1_PORT', 'ZOOKEEPER2_PORT', 'ZOOKEEPER3_PORT']

/** A namespace that nobody else uses. */
export function freshNamespace(): string {
  return `test-${Math.random().toString(36).slice(2, 12)}`
}
