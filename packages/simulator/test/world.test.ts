import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Random } from '../src/random.js'
import { SimulatedProcess } from '../src/world/simulated-process.js'
import { World } from '../src/world/world.js'

/** A process whose timers and messages leave a trace. */
function traced(seed = 1, rate = 1) {
  const world = new World(seed)
  const process = new SimulatedProcess(world, 'p', rate)
  const trace: string[] = []
  const timer = (name: string, delayMs: number) => process.clock.setTimeout(() => trace.push(name), delayMs)
  const message = (name: string, delayMs: number) =>
    world.later(delayMs, () => process.enter('network', () => trace.push(name)))
  return { world, process, trace, timer, message }
}

describe('the world', () => {
  test('lets everything happen in the order of its time, with all that follows from it', async () => {
    const { world, process, trace, timer } = traced()
    timer('late', 20)
    process.clock.setTimeout(() => {
      const chain = async () => {
        for (let turn = 0; turn < 100; turn++) await Promise.resolve()
        trace.push('settled')
      }
      chain().catch((error: unknown) => trace.push(String(error)))
    }, 10)
    timer('between', 13)
    await world.run(100)
    expect(trace).toEqual(['settled', 'between', 'late'])
    expect(world.nowMs).toBe(100)
  })

  test('takes no real time', async () => {
    const { world, trace, timer } = traced()
    timer('a year', 365 * 24 * 3_600_000)
    const startedMs = performance.now()
    await world.run(366 * 24 * 3_600_000)
    expect(trace).toEqual(['a year'])
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })

  test('gives chance and the wall clock to the programs from the seed, and takes them back', async () => {
    const drawn = async (seed: number) => {
      const { world, process } = traced(seed)
      let values: unknown[] = []
      process.clock.setTimeout(() => (values = [Math.random(), Date.now(), new Date().getTime(), randomBytes(8)]), 5)
      await world.run(10)
      return values
    }
    expect(await drawn(1)).toEqual(await drawn(1))
    expect((await drawn(1))[0]).not.toBe((await drawn(2))[0])
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000)
    expect(randomBytes(8)).not.toEqual(randomBytes(8))
  })
})

describe('a process', () => {
  test('counts time at its own rate, whatever its wall clock does', async () => {
    const { world, process } = traced(1, 0.5)
    const startedMs = process.clock.now()
    process.jumpWall(-60_000)
    let firedMs = 0
    process.clock.setTimeout(() => (firedMs = world.nowMs), 100)
    await world.run(1000)
    expect(process.clock.now() - startedMs).toBeCloseTo(500)
    expect(firedMs).toBeGreaterThanOrEqual(200)
    expect(firedMs).toBeLessThan(203)
  })

  test.each([
    ['first', ['t1', 't2', 'm1', 'm2']],
    ['last', ['m1', 'm2', 't1', 't2']],
    ['in order', ['m1', 't1', 'm2', 't2']],
  ] as const)('that stood still does all that fell due at once, its timers %s', async (order, expected) => {
    const { world, process, trace, timer, message } = traced()
    message('m1', 10)
    timer('t1', 20)
    message('m2', 30)
    timer('t2', 40)
    process.pause()
    await world.run(100)
    expect(trace).toEqual([])
    process.resume(order)
    await world.run(0)
    expect(trace).toEqual(expected)
  })

  test('that was killed never does anything again', async () => {
    const { world, process, trace, timer, message } = traced()
    timer('t', 10)
    message('m', 10)
    process.crash()
    await world.run(100)
    expect(trace).toEqual([])
  })
})

test('a generator gives the same numbers for the same seed, evenly', () => {
  const [one, other] = [new Random(5), new Random(5)]
  const numbers = Array.from({ length: 1000 }, () => one.next())
  expect(Array.from({ length: 1000 }, () => other.next())).toEqual(numbers)
  expect(numbers.reduce((sum, number) => sum + number, 0) / 1000).toBeCloseTo(0.5, 1)
})
