import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { adapter, LocalStore } from '../src/index.js'
import { scratch, until } from './processes.js'

async function openStore(options?: Parameters<typeof LocalStore.open>[1], path = join(scratch(), 'store')) {
  const store = await LocalStore.open(path, options)
  onTestFinished(() => store.close())
  return store
}

const value = new Uint8Array([1])

test('a URL names a file, relative or absolute', async () => {
  const path = join(scratch(), 'store')
  const store = await adapter.connect(`local:${path}`, {})
  await store.put('k', value)
  await store.close()
  expect(await (await openStore({}, path)).get('k')).toMatchObject({ createRevision: 1n })
})

test.each(['local:', 'local://host/path', 'local:./x?ttl=3', 'local:./x?', 'local:./folder/', 'local:a\0b', 'other:x'])(
  'the URL %j is refused before any I/O',
  async (url) => {
    await expect(adapter.connect(url, {})).rejects.toBeInstanceOf(RangeError)
  },
)

test('options that cannot work are refused before any I/O', async () => {
  await expect(LocalStore.open('')).rejects.toBeInstanceOf(RangeError)
  await expect(LocalStore.open('x', { requestTimeoutMs: 0 })).rejects.toBeInstanceOf(RangeError)
  await expect(LocalStore.open('x', { signal: AbortSignal.abort('why') })).rejects.toBe('why')
})

test('one process may open a store twice, and close one of the two', async () => {
  const path = join(scratch(), 'store')
  const [one, two] = [await openStore({}, path), await openStore({}, path)]
  await one.put('k', value)
  await one.close()
  expect(await two.get('k')).toBeDefined()
  await two.put('k', value)
})

test('revisions begin at 1, rise by one a change, and go on over deletion and reopening', async () => {
  const path = join(scratch(), 'store')
  const store = await LocalStore.open(path)
  expect((await store.put('a', value)).createRevision).toBe(1n)
  await store.delete('a')
  await store.close()
  expect((await (await openStore({}, path)).put('a', value)).createRevision).toBe(3n)
})

test('a renewal changes no revision', async () => {
  const store = await openStore()
  const session = await store.openSession({ ttlMs: 500 })
  const before = await store.put('a', value)
  let renewals = 0
  let remaining = session.remainingMs()
  await until(() => {
    if (session.remainingMs() > remaining) renewals++
    remaining = session.remainingMs()
    return renewals >= 3
  })
  expect((await store.put('b', value)).createRevision).toBe(before.createRevision + 1n)
})

test('a thousand writes at once are all done within the request timeout', async () => {
  const store = await openStore()
  const session = await store.openSession({ ttlMs: 60_000 })
  const startedMs = performance.now()
  const entries = await Promise.all(Array.from({ length: 1000 }, (_, i) => session.createOrdered(`e/${i}`, value)))
  console.log(`1000 creations at once: ${Math.round(performance.now() - startedMs)} ms`)
  expect(new Set(entries.map((entry) => entry.createRevision)).size).toBe(1000)
  await session.close()
  expect(await store.get(entries[0]!.key)).toBeUndefined()
})

test('writes that are committed together see each other', async () => {
  const store = await openStore()
  const session = await store.openSession({ ttlMs: 60_000 })
  const other = await store.openSession({ ttlMs: 60_000 })
  const outcomes = await Promise.allSettled([
    session.createOrdered('e', value, { name: 'x' }),
    other.createOrdered('e', value, { name: 'x' }),
    store.put('e/x', new Uint8Array([2])),
    store.delete('e/x'),
    store.delete('e/x'),
    store.put('e/x', new Uint8Array([3])),
  ])
  expect(outcomes).toMatchObject([
    { value: { createRevision: 1n } },
    { reason: { code: 'KEY_EXISTS' } },
    { value: { createRevision: 1n, modRevision: 2n, session: session.id } },
    { value: true },
    { value: false },
    { value: { createRevision: 4n, session: undefined } },
  ])
  expect((await store.list('e')).map((entry) => entry.createRevision)).toEqual([4n])
  await session.close()
  expect(await store.get('e/x')).toBeDefined()
})

test('a watch that slept through more changes than the file remembers still arrives at the last state', async () => {
  const path = join(scratch(), 'store')
  const [writer, store] = [await openStore({}, path), await openStore({}, path)]
  const states = store.watch('a/7')[Symbol.asyncIterator]()
  expect((await states.next()).value).toBeUndefined()
  for (let round = 0; round < 2; round++) {
    await Promise.all(Array.from({ length: 1500 }, (_, i) => writer.put(`a/${i}`, new Uint8Array([round]))))
  }
  let last: unknown
  await until(async () => {
    last = (await states.next()).value
    return (last as { value: Uint8Array } | undefined)?.value[0] === 1
  })
  await states.return?.()
})

test('without notification by the file system a poll finds every change', async () => {
  const path = join(scratch(), 'store')
  const watchFile = () => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' })
  }
  const [writer, store] = [await openStore({}, path), await openStore({ watchFile }, path)]
  const states = store.watch('a')[Symbol.asyncIterator]()
  expect((await states.next()).value).toBeUndefined()
  await writer.put('a', value)
  expect((await states.next()).value).toMatchObject({ key: 'a' })
  await states.return?.()
})

test('a write that gets no lock in time is reported by what may have happened to it, and the event loop runs on', async () => {
  let release: (committed: boolean) => void = () => {}
  const path = join(scratch(), 'store')
  const { openLocalClient } = await import('../src/local-client.js')
  let stuck = false
  const openClient = async (file: string, timeoutMs: number) => {
    const client = await openLocalClient(file, timeoutMs)
    const commit: typeof client.commit = (...args) =>
      stuck ? new Promise<boolean>((resolve) => (release = resolve)) : client.commit(...args)
    return { ...client, commit }
  }
  const store = await openStore({ openClient, requestTimeoutMs: 100 }, path)
  stuck = true
  const [first, second] = await Promise.allSettled([
    store.put('sent', value),
    Promise.resolve().then(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return store.put('waiting', value)
    }),
  ])
  stuck = false
  release(false)
  expect(first).toMatchObject({ reason: { code: 'OUTCOME_UNKNOWN' } })
  expect(second).toMatchObject({ reason: { code: 'UNAVAILABLE' } })
  await store.put('after', value)
  expect(await store.get('waiting')).toBeUndefined()
})
