import { describe, expect, test } from 'vitest'
import type { Violation } from '@eldest/simulator'
import type { Programs } from '../../src/candidate-programs.js'
import { mutantProgram } from '../../src/mutant-program.js'
import { storeUnderTest } from '../../src/store-under-test.js'
import { ShortLine } from '../../src/stories/short-line.js'
import { stories, type Story } from '../../src/stories/stories.js'

/** Longer than elsewhere: a leadership that is lost because the machine is busy would tell another story. */
const TTLS = 2

/** The promises that are broken when it is played. */
async function played({ play }: Story, programs?: Programs): Promise<Violation[]> {
  const { url, ttlMs } = await storeUnderTest()
  const line = await ShortLine.open({ url, ttlMs: TTLS * ttlMs, programs })
  try {
    await play(line)
    return line.violations()
  } finally {
    await line.close()
  }
}

describe.each(stories)('$sentence', (story) => {
  test('holds', async () => {
    expect(await played(story)).toEqual([])
  })

  test(`does not in an election that ${story.mutant}, and that is seen`, async () => {
    const { programs, remove } = await mutantProgram(story.mutant, story.kind)
    try {
      const promises = (await played(story, programs)).map(({ promise }) => promise)
      expect(promises).toContain(story.promise)
    } finally {
      await remove()
    }
  })
})
