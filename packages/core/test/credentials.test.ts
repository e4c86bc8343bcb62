import { describe, expect, it, vi } from 'vitest'
import { Credentials } from '../src/adapter.js'
import { ConsensusError } from '../src/index.js'
import { VirtualClock } from './virtual-clock.js'

const refusing = (...good: unknown[]) =>
  vi.fn(async (value: unknown) => {
    if (!good.includes(value)) throw new ConsensusError('ACCESS_DENIED', `${String(value)} is refused`)
    return `done with ${String(value)}`
  })

describe('credentials', () => {
  it('that are a value are used as they are, and their refusal is final', async () => {
    const credentials = new Credentials('old', new VirtualClock())
    expect(await credentials.use(refusing('old'))).toBe('done with old')
    const send = refusing('new')
    await expect(credentials.use(send)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect(send).toHaveBeenCalledTimes(1)
  })

  it('that are a function are asked for once, and again when they are refused', async () => {
    const supply = vi.fn().mockReturnValueOnce('old').mockReturnValue('new')
    const credentials = new Credentials<string>(supply, new VirtualClock())
    expect(await credentials.use(refusing('old'))).toBe('done with old')
    expect(await credentials.use(refusing('old'))).toBe('done with old')
    expect(supply).toHaveBeenCalledTimes(1)
    expect(await credentials.use(refusing('new'))).toBe('done with new')
    expect(supply).toHaveBeenCalledTimes(2)
  })

  it('are asked for once by all the requests that were refused together', async () => {
    const supply = vi.fn().mockReturnValueOnce('old').mockReturnValue('new')
    const credentials = new Credentials<string>(supply, new VirtualClock())
    const outcomes = await Promise.all([1, 2, 3].map(() => credentials.use(refusing('new'))))
    expect(outcomes).toEqual(['done with new', 'done with new', 'done with new'])
    expect(supply).toHaveBeenCalledTimes(2)
  })

  it('are not sent again when there is nothing new, nor asked for more than once a second', async () => {
    const clock = new VirtualClock()
    const supply = vi.fn(() => Promise.resolve({ user: 'me' }))
    const credentials = new Credentials<{ user: string }>(supply, clock)
    for (let i = 0; i < 3; i++) {
      const send = refusing()
      await expect(credentials.use(send)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
      expect(send).toHaveBeenCalledTimes(1)
    }
    expect(supply).toHaveBeenCalledTimes(2)
    await clock.advance(1000)
    await credentials.use(refusing()).catch(() => undefined)
    expect(supply).toHaveBeenCalledTimes(3)
  })

  it('that cannot be had are UNAVAILABLE, and asked for anew by the next request', async () => {
    const supply = vi.fn().mockRejectedValueOnce(new Error('the vault is sealed')).mockReturnValue('good')
    const credentials = new Credentials<string>(supply, new VirtualClock())
    const send = refusing('good')
    await expect(credentials.use(send)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: new Error('the vault is sealed'),
    })
    expect(send).not.toHaveBeenCalled()
    expect(await credentials.use(send)).toBe('done with good')
  })
})
