import { test } from 'vitest'
import { StormInCi } from '../../src/weather/storm-in-ci.js'

const storm = new StormInCi(60)

test(
  `through ${storm.seconds} s of faults of candidates, networks, servers and operators no promise is broken (seed ${storm.seed.value})`,
  { timeout: storm.timeoutMs },
  async () => {
    await storm.run()
  },
)
