import { uptime } from 'node:os'

/** Time as this package sees it: monotonic, injected, so that tests and simulations can own it. */
export interface Clock {
  /** Milliseconds on a scale that never goes back and goes on while the machine is suspended. */
  now(): number
  /** Calls back once, after at least `delayMs`. Returns the cancellation. */
  setTimeout(callback: () => void, delayMs: number): () => void
}

/** The raw readings that {@link hostNow} combines, in milliseconds. */
export interface HostReadings {
  platform: NodeJS.Platform
  /** Monotonic; on Linux it stands still while the machine is suspended. */
  hrtimeMs(): number
  /** Time since boot, suspension included, in steps of 10 ms (Linux). */
  uptimeMs(): number
  wallMs(): number
}

const readings: HostReadings = {
  platform: process.platform,
  hrtimeMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  uptimeMs: () => uptime() * 1000,
  wallMs: () => Date.now(),
}

/**
 * Builds the reading of monotonic time, the larger of what two clocks say, so that a suspended machine can only end a
 * session too early.
 *
 * - Linux: CLOCK_MONOTONIC (hrtime) stops in suspend, /proc/uptime does not. Both count from boot, so the result is
 *   the same in all processes of a host. In a container whose uptime is virtual (lxcfs) it starts later than hrtime:
 *   there only its progress is used.
 * - macOS: hrtime is mach_continuous_time, which counts suspension (libuv `uv__hrtime`); uptime there is wall time.
 * - elsewhere: hrtime or the progress of the wall clock.
 */
export function createHostNow(source: HostReadings): () => number {
  if (source.platform === 'darwin') return () => source.hrtimeMs()
  if (source.platform !== 'linux') return createWallNow(source)
  const lead = source.uptimeMs() - source.hrtimeMs()
  const virtualOffset = lead < -1000 ? lead : 0
  return () => Math.max(source.hrtimeMs(), source.uptimeMs() - virtualOffset)
}

/** Never goes back and never stands still when the wall clock is set back: from there on its progress counts anew. */
function createWallNow(source: HostReadings): () => number {
  let hrtime = source.hrtimeMs()
  let now = hrtime
  let wallLead = source.wallMs() - now
  return () => {
    const elapsed = source.hrtimeMs() - hrtime
    const wall = source.wallMs()
    hrtime += elapsed
    now = Math.max(now + elapsed, wall - wallLead)
    if (now - (wall - wallLead) > 1000) wallLead = wall - now
    return now
  }
}

/** Milliseconds on the scale that all processes of this host share (Linux, macOS). */
export const hostNow: () => number = createHostNow(readings)

/** The clock of this machine; the default everywhere. */
export const systemClock: Clock = {
  now: hostNow,
  setTimeout(callback, delayMs) {
    // Node fires timers up to 1 ms early; past 2^31-1 ms it fires them at once.
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs) + 1, 0x7fffffff))
    return () => clearTimeout(timer)
  },
}
