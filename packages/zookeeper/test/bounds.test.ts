import { connect } from '@eldest/core'
import { expect, test } from 'vitest'
import { adapter } from '../src/index.js'
import { address, freshNamespace, variable } from './zookeeper-servers.js'

test('the bounds of the TTL are what the servers say, and others are refused before any I/O', async () => {
  const store = await connect(`zookeeper://${address('ZOOKEEPER_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
  const minTtlMs = Number(variable('ZOOKEEPER_MIN_SESSION_TIMEOUT'))
  const maxTtlMs = Number(variable('ZOOKEEPER_MAX_SESSION_TIMEOUT'))
  expect(store.capabilities).toMatchObject({ minTtlMs, maxTtlMs })
  await expect(store.openSession({ ttlMs: minTtlMs - 1 })).rejects.toThrow(RangeError)
  await expect(store.openSession({ ttlMs: maxTtlMs + 1 })).rejects.toThrow(RangeError)
  await store.close()
})

test('a value of the largest size is taken, one byte more or a name too long makes nothing', async () => {
  const store = await connect(`zookeeper://${address('ZOOKEEPER_PORT')}/${freshNamespace()}`, { adapters: [adapter] })
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
