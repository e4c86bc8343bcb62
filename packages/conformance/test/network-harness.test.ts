import { afterAll, describe, expect, test } from 'vitest'
import { conformance, networkHarness } from '../src/index.js'
import { HostsUrl } from '../src/hosts-url.js'
import { TinyServer, WRITES } from './tiny-server.js'
import { adapter } from './tiny-store.js'

const tiny = await TinyServer.listen(2)

const harness = networkHarness({
  name: 'tiny',
  url: `tiny://ada:p%40ss@${tiny.hosts}/namespace?colour=red`,
  defaultPort: 1,
  adapters: [adapter],
  ttlMs: 500,
  endSession: async (id) => tiny.memory.endSession(id),
  isWrite: (chunk) => WRITES.test(chunk.toString()),
  dispose: () => tiny.close(),
})

afterAll(() => harness.dispose())

describe('a store that is reached over TCP, by way of its network harness', () => {
  conformance({ test, concurrent: test.concurrent, harness })
})

describe('the network harness', () => {
  const put = new Uint8Array([1])

  test('keeps everything of the URL but its hosts', () => {
    const kept = (url: string) => new HostsUrl(url, 7).withHosts([{ host: '127.0.0.1', port: 9 }])
    expect(kept('etcds://a,b:2/x/y?ca=/z&n=1')).toBe('etcds://127.0.0.1:9/x/y?ca=/z&n=1')
    expect(kept('tiny://u:p%2F@[::1]:4?q=a@b')).toBe('tiny://u:p%2F@127.0.0.1:9?q=a@b')
    expect(new HostsUrl('tiny://u:p@a,b:2,[::1],[::2]:3/x', 7).hosts).toEqual([
      { host: 'a', port: 7 },
      { host: 'b', port: 2 },
      { host: '::1', port: 7 },
      { host: '::2', port: 3 },
    ])
  })

  test.each([
    'tiny:',
    'tiny://',
    'tiny:///x',
    'tiny://u:secret@/x',
    'tiny://a b:secret',
    'tiny://a:0',
    'tiny://a:65536',
  ])('refuses %s and never quotes a password', (url) => {
    const create = () => networkHarness({ name: 'x', url, defaultPort: 7, ttlMs: 1, endSession: async () => undefined })
    expect(create).toThrow(RangeError)
    if (url.includes('u:secret')) expect(create).not.toThrow(/secret/)
  })

  test('loses one answer, whichever server the write goes to', async () => {
    const connection = await harness.connect()
    const { store } = connection
    connection.loseNextAnswer()
    await expect(store.put('lost/a', put)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    // The client now prefers its other server, which must not lose another one.
    await expect(store.put('lost/b', put)).resolves.toMatchObject({ key: 'lost/b' })
    await expect(store.put('lost/c', put)).resolves.toMatchObject({ key: 'lost/c' })
    expect(tiny.memory.list('lost')).toHaveLength(3)
    await store.close()
    await connection.dispose?.()
  })

  test('cuts one client, not the others, and frees its proxies', async () => {
    const [mine, theirs] = [await harness.connect(), await harness.connect()]
    await mine.cut()
    await expect(mine.store.get('any')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await expect(theirs.store.get('any')).resolves.toBeUndefined()
    await mine.heal()
    await expect(mine.store.get('any')).resolves.toBeUndefined()
    await mine.dispose?.()
    await expect(mine.store.get('any')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await theirs.dispose?.()
  })

  test('was left without any key of a case', () => {
    expect(tiny.memory.keys.size).toBeGreaterThan(100)
    const left = tiny.memory.living().filter(({ key, session }) => key.startsWith('conformance-') && !session)
    expect(left).toEqual([])
  })
})
