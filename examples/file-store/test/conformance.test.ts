import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance } from '@eldest/conformance'
import { afterAll, describe, test } from 'vitest'
import { createHarness } from '../src/harness.js'

const folder = mkdtempSync(join(tmpdir(), 'eldest-file-'))
const harness = await createHarness(`file:${join(folder, 'store')}`)

describe(`the ${harness.name} store`, () => {
  afterAll(async () => {
    await harness.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  conformance({ test, harness })
})
