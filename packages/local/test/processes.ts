import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))

export type Message = Record<string, unknown>

/** A real process at work on a store. */
export class Worker {
  readonly child: ChildProcess
  readonly messages: Message[] = []
  /** What it ended with: its exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>
  stderr = ''

  constructor(path: string, job: string, options: { argument?: string; uid?: number; shell?: string } = {}) {
    const { argument, uid, shell } = options
    const command = [process.execPath, '--unhandled-rejections=strict', WORKER, path, job]
    if (argument !== undefined) command.push(argument)
    const [file, ...args] = shell === undefined ? command : ['bash', '-c', `${shell}; exec "$@"`, 'bash', ...command]
    this.child = spawn(file!, args, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      ...(uid === undefined ? {} : { uid, gid: uid, cwd: '/' }),
    })
    this.child.on('message', (message) => this.messages.push(message as Message))
    this.child.stderr!.on('data', (chunk) => (this.stderr += String(chunk)))
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject)
      this.child.on('close', (code, signal) => resolve(signal ?? code!))
    })
    onTestFinished(() => {
      this.child.kill('SIGKILL')
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Until it has reported so often. */
  async reports(count: number): Promise<void> {
    await until(() => this.messages.length >= count || this.child.exitCode !== null)
    if (this.messages.length < count) throw new Error(`the worker ended early: ${JSON.stringify(this.messages)}`)
  }
}

/** A folder of this test alone. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'eldest-local-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Waits for a condition, with a deadline. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const startedMs = performance.now()
  while (!(await condition())) {
    if (performance.now() - startedMs > timeoutMs) throw new Error(`not so after ${timeoutMs} ms: ${String(condition)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
