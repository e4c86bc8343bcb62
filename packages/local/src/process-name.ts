import { readdirSync, readFileSync } from 'node:fs'

/** A name of this process that no other one on this machine has had since it was booted. */
export function thisProcess(): string {
  return `${process.pid}-${startOf(process.pid) ?? 0}`
}

/** Whether the process that has the name, or a longer one that begins so, still runs. */
export function isAlive(name: string): boolean {
  const [pid = 0, start = 0] = name.split('-').map(Number)
  if (process.platform === 'linux') return startOf(pid) === start
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began to run, in ticks since boot; `undefined` if it is over. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // its name may contain anything
    // A killed process is a zombie as soon as its first thread is over; another may still be writing.
    if (fields[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1) return undefined
    return Number(fields[19])
  } catch {
    return undefined
  }
}
