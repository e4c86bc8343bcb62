import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startEldest } from './eldest-command.js'
import type { WritingService } from './writing-service.js'

/** What candidates are made of: the `eldest` command, or a service written with the library. */
export type CandidateKind = 'command' | 'service'

/** The files that start them. Default: as they are built, or stand there. */
export type Programs = Partial<Record<CandidateKind, string>>

export interface CommandOptions {
  url: string
  election: string
  id: string
  ttlMs: number
  /** As `--layout` takes it. */
  layout?: string | undefined
}

const service = fileURLToPath(new URL('writing-service.ts', import.meta.url))

export function startCommand(options: CommandOptions, main?: string): ChildProcess {
  const { url, election, id, ttlMs, layout } = options
  const args = ['campaign', election, '--store', url, '--ttl', `${ttlMs}ms`, '--id', id, '--json']
  return startEldest([...args, ...(layout === undefined ? [] : ['--layout', layout])], { main })
}

export function startService(options: WritingService, main = service): ChildProcess {
  const loader = main.endsWith('.ts') ? ['--import', 'tsx'] : []
  const args = ['--unhandled-rejections=strict', ...loader, main, JSON.stringify(options)]
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
}
