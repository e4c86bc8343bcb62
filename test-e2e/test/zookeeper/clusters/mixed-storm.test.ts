import { afterAll, beforeAll, expect, test } from 'vitest'
import { FOREIGN_TOOLS } from '../../../src/foreign/foreign-tools.js'
import type { ForeignTool } from '../../../src/foreign/foreign-tool.js'
import { StormInCi } from '../../../src/weather/storm-in-ci.js'

const storm = new StormInCi(40)
let tool: ForeignTool

beforeAll(async () => {
  tool = await FOREIGN_TOOLS.zookeeper()
}, 300_000)

afterAll(() => tool.close())

test(
  `through ${storm.seconds} s of faults no promise is broken in a line with Curator's LeaderLatch (seed ${storm.seed.value})`,
  { timeout: storm.timeoutMs },
  async () => {
    const { foreignElections } = await storm.run(tool)
    expect(foreignElections).toBeGreaterThan(0)
  },
)
