import { connect } from '@eldest/core'
import { expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { address, freshNamespace } from './consul-servers.js'

test('the shortest TTL is what the agent says, and shorter ones are refused before any I/O', async () => {
  const store = await connect(`consul://${address('CONSUL_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
  expect(store.capabilities).toMatchObject({ minTtlMs: 1000, maxTtlMs: 86_400_000 })
  await expect(store.openSession({ ttlMs: 999 })).rejects.toThrow(RangeError)
  await expect(store.openSession({ ttlMs: 86_400_001 })).rejects.toThrow(RangeError)
  await store.close()
})

test('a value of the largest size is taken, one byte more or a name too long makes nothing', async () => {
  const store = await connect(`consul://${address('CONSUL_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
  const session = await store.openSession({ ttlMs: 5000 })
  const { maxValueBytes } = store.capabilities
  await expect(session.createOrdered('line', new Uint8Array(maxValueBytes + 1))).rejects.toMatchObject({
    code: 'VALUE_TOO_LARGE',
  })
  await expect(session.createOrdered('line', new Uint8Array(), { name: 'x'.repeat(5000) })).rejects.toThrow(RangeError)
  expect(await store.list('line')).toEqual([])
  const value = new Uint8Array(maxValueBytes).fill(255)
  const entry = await session.createOrdered('line', value)
  expect((await store.put(entry.key, value, { guard: entry })).value.length).toBe(maxValueBytes)
  await store.close()
})
