import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { leaderLatch } from '@eldest/zookeeper'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ForeignCandidate } from '../../src/foreign-candidate.js'
import { MixedLine } from '../../src/mixed-line.js'
import { storeUnderTest } from '../../src/store-under-test.js'

const PATIENCE_MS = 30_000
const run = promisify(execFile)

let image: string
let containers: string[]
let line: MixedLine

/** A candidate in a container of its own, which can be killed without notice. */
class LatchCandidate extends ForeignCandidate {
  readonly #container: string

  constructor(container: string, args: string[]) {
    super(
      'docker',
      ['run', '--rm', '--network', 'host', '--name', container, image, ...args],
      (text) => text === 'elected',
    )
    this.#container = container
  }

  override kill(): void {
    run('docker', ['kill', this.#container]).catch(() => undefined) // it has ended by itself
  }
}

beforeAll(async () => {
  const script = fileURLToPath(new URL('../../../docker/peer-image', import.meta.url))
  image = (await run('bash', [script, 'curator'])).stdout.trim()
}, 300_000)

beforeEach(async () => {
  const { url, ttlMs } = await storeUnderTest()
  const [, address, namespace] = /^zookeeper:\/\/([^/]+)\/(.*)$/.exec(url)!
  containers = []
  line = new MixedLine({
    url,
    name: 'mixed',
    layout: leaderLatch,
    layoutName: 'leader-latch',
    ttlMs,
    startForeign(id) {
      const container = `eldest-latch-${randomBytes(6).toString('hex')}`
      containers.push(container)
      return new LatchCandidate(container, [address!, `/${namespace}/mixed`, id, String(ttlMs)])
    },
  })
})

afterEach(async () => {
  await line.dispose()
  for (const container of containers) await run('docker', ['rm', '-f', container]).catch(() => undefined)
})

test("Curator's latches and Eldest lead in the order in which they came, handed over by resigning", async () => {
  const first = await line.foreign('curator-1')
  const second = await line.ours('eldest-1')
  const third = await line.foreign('curator-2')
  const fourth = await line.ours('eldest-2')
  expect(await line.order()).toEqual(['curator-1', 'eldest-1', 'curator-2', 'eldest-2'])
  await first.elected(PATIENCE_MS)
  expect([line.isElected(second), third.electedMs]).toEqual([false, undefined])
  first.terminate()
  await line.elected(second)
  expect([third.electedMs, line.isElected(fourth)]).toEqual([undefined, false])
  second.terminate()
  await third.elected(PATIENCE_MS)
  expect(line.isElected(fourth)).toBe(false)
  third.terminate()
  await line.elected(fourth)
})

test("Curator's latch leads when a leader of Eldest has crashed", async () => {
  const first = await line.ours('eldest')
  const second = await line.foreign('curator')
  await line.elected(first)
  first.kill()
  await second.elected(PATIENCE_MS)
})

test("Eldest leads when a leader of Curator's latch has crashed", async () => {
  const first = await line.foreign('curator')
  const second = await line.ours('eldest')
  await first.elected(PATIENCE_MS)
  first.kill()
  await line.elected(second)
})
