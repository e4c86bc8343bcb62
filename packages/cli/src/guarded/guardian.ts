import { spawn } from 'node:child_process'
import { hostNow } from '@eldest/core'
import type { Deadline, FromGuardian, ToGuardian } from './guardian-message.js'
import { signalGroup } from './process-group.js'

// A process of its own between `eldest run` and its command. It holds the deadline until which the command may run
// and ends it then, also when `eldest` itself was killed or stopped and says nothing any more. It lives in a session of
// its own, so that what a terminal sends to `eldest` does not reach it.

let groupId: number | undefined
let deadline: Deadline = { termAtMs: Infinity, killAtMs: Infinity }
let asked = false
let timer: NodeJS.Timeout | undefined

process.on('message', (message: ToGuardian) => {
  if (message.type === 'start') start(message.command, message.args)
  if (message.type === 'signal') pass(message.name)
  if (message.type !== 'signal') deadline = message.deadline
  enforce()
})

// `eldest` is gone. Nobody confirms the leadership any more, so the command ends as at the end of a leadership.
process.on('disconnect', () => {
  if (groupId === undefined) process.exit(0)
  deadline = { ...deadline, termAtMs: 0 }
  enforce()
})

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(name, () => pass(name))

function start(command: string, args: string[]): void {
  const child = spawn(command, args, { stdio: 'inherit', detached: true })
  child.on('error', (error) => finish({ type: 'failed', message: error.message }))
  child.on('spawn', () => {
    groupId = child.pid!
    tell({ type: 'started', pid: groupId })
    enforce()
  })
  child.on('exit', (code, signal) => {
    signalGroup(groupId!, 'SIGKILL') // what the command left behind in its group
    finish({ type: 'exited', code, signal })
  })
}

function pass(name: NodeJS.Signals): void {
  if (groupId !== undefined) signalGroup(groupId, name)
}

/** Does what the clock asks for, and comes back when it asks for more. */
function enforce(): void {
  clearTimeout(timer)
  if (groupId === undefined) return
  const nowMs = hostNow()
  if (nowMs >= deadline.killAtMs) {
    signalGroup(groupId, 'SIGKILL')
    return
  }
  if (nowMs >= deadline.termAtMs && !asked) {
    asked = true
    signalGroup(groupId, 'SIGTERM')
    signalGroup(groupId, 'SIGCONT') // a stopped command could not hear it
  }
  const nextMs = asked ? deadline.killAtMs : deadline.termAtMs
  if (nextMs < Infinity) timer = setTimeout(enforce, Math.max(1, Math.ceil(nextMs - nowMs)))
}

function tell(message: FromGuardian): void {
  if (process.connected) process.send!(message)
}

function finish(message: FromGuardian): void {
  clearTimeout(timer)
  if (!process.connected) process.exit(0)
  process.send!(message, () => process.exit(0))
}
