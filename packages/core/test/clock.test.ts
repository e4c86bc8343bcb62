import { describe, expect, it } from 'vitest'
import { createHostNow, hostNow, type HostReadings, systemClock } from '../src/index.js'
import { seededRandom } from './random.js'

class Host implements HostReadings {
  platform: NodeJS.Platform
  hrtime = 500_000
  uptime = 500_000
  wall = 1_700_000_000_000

  constructor(platform: NodeJS.Platform) {
    this.platform = platform
  }

  hrtimeMs = () => this.hrtime
  uptimeMs = () => Math.floor(this.uptime / 10) * 10
  wallMs = () => this.wall

  run(ms: number): void {
    this.hrtime += ms
    this.suspend(ms)
  }

  suspend(ms: number): void {
    this.uptime += ms
    this.wall += ms
  }
}

describe('the time of a Linux host', () => {
  it('goes on while the machine is suspended', () => {
    const host = new Host('linux')
    const now = createHostNow(host)
    const before = now()
    host.suspend(60_000)
    expect(now() - before).toBeGreaterThanOrEqual(60_000 - 10)
  })

  it('counts from boot, so that processes which started before and after a suspend agree', () => {
    const host = new Host('linux')
    const early = createHostNow(host)
    host.suspend(3_600_000)
    const late = createHostNow(host)
    host.run(5)
    expect(late()).toBe(early())
  })

  it('is hrtime where uptime is virtual and began later', () => {
    const host = new Host('linux')
    host.uptime = 20_000
    const now = createHostNow(host)
    expect(now()).toBe(500_000)
    host.run(1000)
    expect(now()).toBe(501_000)
    host.suspend(60_000)
    expect(now()).toBe(561_000)
  })

  it('does not heed the wall clock', () => {
    const host = new Host('linux')
    const now = createHostNow(host)
    host.wall += 3_600_000
    expect(now()).toBe(500_000)
  })
})

describe('the time of a host', () => {
  it('is hrtime alone on macOS, where it counts suspension', () => {
    const host = new Host('darwin')
    const now = createHostNow(host)
    host.wall += 99_999
    host.uptime += 99_999
    expect(now()).toBe(500_000)
    host.run(7)
    expect(now()).toBe(500_007)
  })

  it('counts the progress of the wall clock on Windows', () => {
    const host = new Host('win32')
    const now = createHostNow(host)
    const before = now()
    host.suspend(60_000)
    expect(now() - before).toBe(60_000)
  })

  it.each(['linux', 'darwin', 'win32', 'freebsd'] as const)('never goes back on %s', (platform) => {
    const host = new Host(platform)
    const now = createHostNow(host)
    const random = seededRandom(3)
    let last = now()
    const steps = [() => host.run(3), () => host.suspend(5000), () => (host.wall += 9e6), () => (host.wall -= 2e7)]
    for (let i = 0; i < 100; i++) {
      steps[Math.floor(random() * steps.length)]!()
      const next = now()
      expect(next).toBeGreaterThanOrEqual(last)
      last = next
    }
  })

  it.each(['linux', 'darwin', 'win32', 'freebsd'] as const)(
    'goes on after the wall clock was set back on %s',
    (platform) => {
      const host = new Host(platform)
      const now = createHostNow(host)
      host.wall += 3_600_000
      const stepped = now()
      host.wall -= 3_600_000
      host.run(10_000)
      expect(now() - stepped).toBeGreaterThanOrEqual(10_000)
    },
  )
})

describe('the system clock', () => {
  it('is the time of this host', () => {
    const before = hostNow()
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  })

  it('never calls back early', async () => {
    for (let i = 0; i < 20; i++) {
      const started = systemClock.now()
      await new Promise<void>((resolve) => systemClock.setTimeout(resolve, i / 4))
      expect(systemClock.now() - started).toBeGreaterThanOrEqual(i / 4)
    }
  })

  it('does not call back at once when the delay is longer than a Node timer can be', async () => {
    let fired = false
    const cancel = systemClock.setTimeout(() => (fired = true), 2 ** 40)
    await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 20))
    cancel()
    expect(fired).toBe(false)
  })

  it('does not call back after the cancellation', async () => {
    let fired = false
    systemClock.setTimeout(() => (fired = true), 1)()
    await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 20))
    expect(fired).toBe(false)
  })
})
