import { type Case, memoryHarness } from '@eldest/conformance'
import { MemoryServer } from '@eldest/core/memory'
import { expect, test } from 'vitest'
import { tryCase } from '../src/conformance/trial.js'

const never = new AbortController().signal
const strays = { take: () => [] as unknown[] }

/** Opens a session, puts a key, and then does not end. */
function endless(server: MemoryServer, onOpen: (prefix: string) => void): Case {
  return {
    name: 'endless',
    async run({ connect, prefix, steadyTtlMs }) {
      const { store } = await connect()
      const session = await store.openSession({ ttlMs: steadyTtlMs })
      await session.createOrdered(prefix, new Uint8Array())
      await store.put(`${prefix}/put`, new Uint8Array())
      expect(server.list(prefix)).toHaveLength(2)
      onOpen(prefix)
      await new Promise(() => undefined)
    },
  }
}

test('a case that does not end fails at its limit, and leaves nothing in the store', async () => {
  const server = new MemoryServer()
  let used = ''
  const one = endless(server, (prefix) => (used = prefix))
  const verdict = await tryCase(one, memoryHarness({ server }), { stop: never, strays, limitMs: 50 })
  expect(verdict?.failure?.error).toMatchObject({ message: 'it did not end within 50 ms' })
  expect(used).toMatch(/^conformance-/)
  expect(server.list(used)).toEqual([])
})

test('a case that is given up has no verdict, and leaves nothing in the store', async () => {
  const server = new MemoryServer()
  const stop = new AbortController()
  let used = ''
  const one = endless(server, (prefix) => {
    used = prefix
    stop.abort(new Error('enough'))
  })
  expect(await tryCase(one, memoryHarness({ server }), { stop: stop.signal, strays })).toBeUndefined()
  expect(server.list(used)).toEqual([])
})

test('an error that nobody handled fails the case that ran, with it as the cause', async () => {
  const stray = new Error('nobody hears of this')
  const one: Case = { name: 'passes', run: async () => undefined }
  const verdict = await tryCase(one, memoryHarness(), { stop: never, strays: { take: () => [stray] } })
  expect(verdict?.failure?.error).toMatchObject({ cause: stray })
})
