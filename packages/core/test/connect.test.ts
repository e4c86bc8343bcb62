import { describe, expect, it } from 'vitest'
import { type Adapter, connect } from '../src/index.js'
import { MemoryStore } from '../src/memory/index.js'

function adapterFor(...schemes: string[]): Adapter & { urls: string[] } {
  const urls: string[] = []
  return { schemes, urls, connect: async (url) => (urls.push(url), new MemoryStore()) }
}

describe('connect', () => {
  it('opens a store of this process for memory:', async () => {
    await using store = await connect('memory:')
    expect(await store.list('a')).toEqual([])
  })

  it('gives each caller of memory: a store of its own', async () => {
    await using one = await connect('memory:')
    await using two = await connect('memory:')
    await one.put('a/b', new Uint8Array())
    expect(await two.get('a/b')).toBeUndefined()
  })

  it.each(['memory://host', 'memory:x'])('refuses an address of the memory store: %s', async (url) => {
    await expect(connect(url)).rejects.toThrow(RangeError)
  })

  it('names what to install for a scheme that nobody serves, and no more of the URL', async () => {
    const failure = connect('nosuchstore://user:s3cret@h:1')
    await expect(failure).rejects.toThrow(RangeError)
    await expect(failure).rejects.toThrow(/npm install @eldest\/nosuchstore/)
    await expect(failure).rejects.not.toThrow(/s3cret|user/)
  })

  it('names both packages where a final "s" may ask for TLS or belong to the name', async () => {
    await expect(connect('nosuchstores://h')).rejects.toThrow(
      /npm install @eldest\/nosuchstores, or @eldest\/nosuchstore where/,
    )
  })

  it.each(['', 'h1:2379,h2', './election', '://x', '1x://h', 'user:s3cret@h', 'ETCD://h'])(
    'refuses what has no scheme, or one in capitals: %j',
    async (url) => {
      const failure = await connect(url).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(RangeError)
      expect(String(failure)).not.toContain('s3cret')
    },
  )

  it.each([undefined, null, 7, new URL('memory:')])('refuses what is no string with a TypeError: %s', async (url) => {
    await expect(connect(url as unknown as string)).rejects.toThrow(TypeError)
  })

  it('asks the adapters at hand first, also for a built-in scheme', async () => {
    const mine = adapterFor('memory', 'mine', 'mines')
    await connect('mine://a', { adapters: [adapterFor('other'), mine] })
    await connect('mines://b', { adapters: [mine] })
    await connect('memory:', { adapters: [mine] })
    expect(mine.urls).toEqual(['mine://a', 'mines://b', 'memory:'])
  })

  it('hands on the signal, and does nothing when it has aborted', async () => {
    const mine = adapterFor('mine')
    const reason = new Error('no more')
    const options = { adapters: [mine], signal: AbortSignal.abort(reason) }
    await expect(connect('mine:', options)).rejects.toBe(reason)
    expect(mine.urls).toEqual([])
  })
})
