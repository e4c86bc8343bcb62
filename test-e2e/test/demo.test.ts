import { expect, test } from 'vitest'
import { eldest } from '../src/eldest-command.js'

test('the demo keeps its promises and says so', async () => {
  const { code, stdout, stderr } = await eldest(['demo'])
  expect(stderr).toBe('')
  expect(stdout.match(/^ok /gm)).toHaveLength(4)
  expect(code).toBe(0)
})

test('the demo speaks JSON', async () => {
  const { code, stdout } = await eldest(['demo', '--json'])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; ok?: boolean })
  expect(lines.filter(({ event }) => event === 'check').map(({ ok }) => ok)).toEqual([true, true, true, true])
  expect(code).toBe(0)
})
