import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LocalStore } from '../src/index.js'
import { LocalGate } from '../src/local-gate.js'
import { scratch } from './processes.js'

test('a commit waits for an opening, and an opening for a commit', async () => {
  const folder = scratch()
  const [one, two] = [new LocalGate(folder), new LocalGate(folder)]
  const leave = await one.enter()
  const events: string[] = []
  const opened = two.alone(5000, async () => {
    events.push('opening')
    const entered = one.enter().then((leaveAgain) => {
      events.push('writes again')
      leaveAgain()
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    events.push('opened')
    return () => entered
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  events.push('written')
  leave()
  await (
    await opened
  )()
  expect(events).toEqual(['written', 'opening', 'opened', 'writes again'])
  one.close()
  two.close()
  expect(readdirSync(folder)).toEqual([])
})

test('of several that open only one does at a time', async () => {
  const folder = scratch()
  let opening = 0
  const open = async () => {
    const gate = new LocalGate(folder)
    await gate.alone(10_000, async () => {
      expect(++opening).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 5))
      opening--
    })
    gate.close()
  }
  await Promise.all(Array.from({ length: 8 }, open))
})

test('an opening that never gets its turn says which process is in its way, and holds up no commit afterwards', async () => {
  const path = join(scratch(), 'store')
  const gate = new LocalGate(`${path}-processes`)
  const leave = await gate.enter()
  await expect(LocalStore.open(path, { requestTimeoutMs: 200 })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(`process ${process.pid} `) as string,
  })
  expect(readdirSync(`${path}-processes`)).toHaveLength(1)
  leave()
  gate.close()
})

test('what dead processes have left holds up nobody', async () => {
  const path = join(scratch(), 'store')
  const store = await LocalStore.open(path)
  onTestFinished(() => store.close())
  // The second has the id of this process, which began at another time.
  for (const name of [
    'writes-999999-1-a',
    'opens-999999-1-a',
    `writes-${process.pid}-1-b`,
    `opens-${process.pid}-1-b`,
  ]) {
    writeFileSync(join(`${path}-processes`, name), '1')
  }
  await store.put('k', new Uint8Array([1]))
  const other = await LocalStore.open(path)
  await other.close()
  expect(readdirSync(`${path}-processes`)).toHaveLength(1)
})
