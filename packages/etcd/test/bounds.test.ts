import { connect } from '@eldest/core'
import { expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { address, freshNamespace } from './etcd-servers.js'

test('the shortest TTL is what the server grants, and others are refused before any I/O', async () => {
  const store = await connect(`etcd://${address('ETCD_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
  const { minTtlMs, maxTtlMs } = store.capabilities
  expect(minTtlMs).toBe(2000) // 1.5 election timeouts of 1 s, in whole seconds
  await expect(store.openSession({ ttlMs: minTtlMs - 1 })).rejects.toThrow(RangeError)
  await expect(store.openSession({ ttlMs: maxTtlMs + 1 })).rejects.toThrow(RangeError)
  await store.close()
})

test('a value of the largest size is taken, one byte more or a name too long makes nothing', async () => {
  const store = await connect(`etcd://${address('ETCD_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
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
