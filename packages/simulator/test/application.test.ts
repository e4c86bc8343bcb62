import { readFileSync } from 'node:fs'
import { type Clock, Election, type Leadership } from '@eldest/core'
import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import { SimulatedCluster, type SimulatedNode } from '../src/index.js'

interface Sent {
  by: string
  number: number
}

/** What the README's example comes to. */
interface Example {
  cluster: SimulatedCluster
  nodes: SimulatedNode[]
  sent: Sent[]
}

type Invoice = (leadership: Leadership, clock: Clock, sent: Sent[]) => Promise<void>

/** The first block of the README, as it stands there but for the trouble, with this leader's code. */
async function runExample(invoice: Invoice, trouble = 'partition'): Promise<Example> {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const block = /```ts\n([^]*?)```/.exec(readme)![1]!
  expect(block).toContain('.partition()')
  const { code } = await transform(block.replace('.partition()', `.${trouble}()`), { loader: 'ts' })
  const AsyncFunction = runExample.constructor as FunctionConstructor
  const example = new AsyncFunction(
    'SimulatedCluster',
    'Election',
    'invoice',
    'expect',
    `${code}\nreturn { cluster, nodes, sent }`,
  ) as (...given: unknown[]) => Promise<Example>
  return example(SimulatedCluster, Election, invoice, expect)
}

/** Sends the next invoice each second, for as long as it leads. */
const careful: Invoice = async ({ id, signal }, clock, sent) => {
  while (!signal.aborted) await sendNext(id, clock, sent)
}

/** Goes on for ever once it has led. */
const careless: Invoice = async ({ id }, clock, sent) => {
  for (;;) await sendNext(id, clock, sent)
}

async function sendNext(by: string, clock: Clock, sent: Sent[]): Promise<void> {
  const number = sent.length
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000))
  sent.push({ by, number })
}

test.each(['partition', 'pause', 'crash'])(
  'the work of an application moves to another node after a %s, once, and in virtual time',
  async (trouble) => {
    const startedMs = performance.now()
    const { cluster, nodes, sent } = await runExample(careful, trouble)
    const moves = sent.filter(({ by }, i) => i > 0 && by !== sent[i - 1]!.by)
    expect(moves).toHaveLength(1)
    expect(sent.length).toBeGreaterThan(20)
    expect((await runExample(careful, trouble)).sent).toEqual(sent)
    const leader = nodes.find(({ name }) => name === sent[0]!.by)
    for (const node of nodes) node.stop()
    await cluster.run(10_000)
    expect(nodes.filter((node) => node !== leader).map(({ ended }) => ended)).toEqual([true, true])
    expect(nodes.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined])
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  },
)

test('the example fails for a leader that does not stop', async () => {
  await expect(runExample(careless)).rejects.toThrow(/to be/)
})
