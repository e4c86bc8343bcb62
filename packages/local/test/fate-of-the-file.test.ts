import { readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isConsensusError, systemClock } from '@eldest/core'
import { expect, onTestFinished, test } from 'vitest'
import { LocalStore } from '../src/index.js'
import { scratch, until } from './processes.js'

async function openStore(path: string, options?: Parameters<typeof LocalStore.open>[1]): Promise<LocalStore> {
  const store = await LocalStore.open(path, options)
  onTestFinished(() => store.close())
  return store
}

const value = new Uint8Array([1])

const fates: [string, (path: string, folder: string) => void | Promise<void>][] = [
  ['deleted', (path) => rmSync(path)],
  ['renamed away', (path) => renameSync(path, `${path}.old`)],
  [
    'replaced by another store',
    async (path, folder) => {
      const other = join(folder, 'other')
      await (await LocalStore.open(other)).close()
      renameSync(other, path)
    },
  ],
  [
    'replaced by anything',
    (path) => {
      rmSync(path)
      writeFileSync(path, 'hello')
    },
  ],
  ['robbed of its lock file', (path) => rmSync(`${path}-lock`)],
  ['robbed of its processes', (path) => rmSync(`${path}-processes`, { recursive: true })],
  ['robbed of its sessions', (path) => rmSync(`${path}-sessions`, { recursive: true })],
]

test.each(fates)('a store whose file is %s loses its sessions and does nothing more', async (_, happen) => {
  const folder = scratch()
  const path = join(folder, 'store')
  const store = await openStore(path)
  const session = await store.openSession({ ttlMs: 60_000 })
  const entry = await session.createOrdered('election', value)
  const states = store.watch(entry.key)[Symbol.asyncIterator]()
  await states.next()
  const next = states.next().catch((error: unknown) => error)
  await happen(path, folder)
  await until(() => session.ended.aborted, 5_000) // told by the file system or the poll, without any call
  expect(session.ended.reason).toMatchObject({ code: 'SESSION_LOST', message: expect.stringContaining(path) as string })
  expect(isConsensusError(await next, 'STORE_CLOSED')).toBe(true)
  const closed = { code: 'STORE_CLOSED', message: expect.stringContaining('while in use') as string }
  await expect(store.put('k', value)).rejects.toMatchObject(closed)
  await expect(store.get('k')).rejects.toMatchObject(closed)
  await expect(session.createOrdered('election', value)).rejects.toMatchObject({ code: 'SESSION_LOST' })
  await expect(store.openSession({ ttlMs: 1000 })).rejects.toMatchObject(closed)
  await expect(store.watch('k')[Symbol.asyncIterator]().next()).rejects.toMatchObject(closed)
  await session.close()
  await store.close()
})

test('the owner of a session whose pulse is removed by hand knows before anybody else acts on it', async () => {
  const path = join(scratch(), 'store')
  const [mine, theirs] = [await openStore(path), await openStore(path)]
  const session = await mine.openSession({ ttlMs: 600 })
  const { key } = await session.createOrdered('election', value)
  rmSync(join(`${path}-sessions`, session.id))
  let heldToTheEnd = false
  await until(async () => {
    const held = session.remainingMs() > 0
    const gone = (await theirs.get(key)) === undefined
    if (held && gone) heldToTheEnd = true
    return gone
  })
  expect(heldToTheEnd).toBe(false)
  expect(session.ended.reason).toMatchObject({ code: 'SESSION_LOST' })
})

test('nothing is left of a session that has ended, nor of one whose process died in opening it', async () => {
  const path = join(scratch(), 'store')
  const store = await openStore(path)
  const closed = await store.openSession({ ttlMs: 500 })
  const abandoned = await store.openSession({ ttlMs: 500 })
  const { key } = await abandoned.createOrdered('election', value)
  await closed.close()
  abandoned.abandon()
  await until(async () => (await store.get(key)) === undefined)
  expect(readdirSync(`${path}-sessions`)).toEqual([])
  const orphan = join(`${path}-sessions`, 'orphan')
  writeFileSync(orphan, '')
  utimesSync(orphan, 1, 1)
  const kept = await store.openSession({ ttlMs: 500 })
  await openStore(path)
  expect(readdirSync(`${path}-sessions`)).toEqual([kept.id])
})

test('a deleted store can be opened anew while the old one is still open', async () => {
  const path = join(scratch(), 'store')
  const old = await openStore(path)
  await old.put('k', value)
  rmSync(path)
  rmSync(`${path}-lock`)
  const fresh = await openStore(path)
  expect(await fresh.get('k')).toBeUndefined()
  await fresh.put('k', value)
  await expect(old.put('k', value)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
})

test('sessions of an earlier boot are dead, entries without an owner stay, and revisions go on', async () => {
  const path = join(scratch(), 'store')
  const earlier = await LocalStore.open(path, { boot: 'earlier' })
  const session = await earlier.openSession({ ttlMs: 3_600_000 })
  const owned = await session.createOrdered('election', value)
  const free = await earlier.put('free', value)
  session.abandon()
  await earlier.close()

  const store = await openStore(path)
  expect(await store.get(owned.key)).toBeUndefined()
  expect(await store.list('election')).toEqual([])
  expect(await store.get('free')).toEqual(free)
  expect((await store.put('next', value)).createRevision).toBeGreaterThan(free.createRevision)
})

test('a clock that is behind what the file has seen tells of another boot as well', async () => {
  const path = join(scratch(), 'store')
  const ahead = { ...systemClock, now: () => systemClock.now() + 3_600_000 }
  const earlier = await LocalStore.open(path, { clock: ahead, boot: '' })
  const session = await earlier.openSession({ ttlMs: 60_000 })
  const { key } = await session.createOrdered('election', value)
  session.abandon()
  await earlier.close()
  const store = await openStore(path, { boot: '' })
  expect(await store.get(key)).toBeUndefined()
})

test('a store that a process of another boot takes over is lost to its first users', async () => {
  const path = join(scratch(), 'store')
  const first = await openStore(path)
  const session = await first.openSession({ ttlMs: 60_000 })
  await openStore(path, { boot: 'another' })
  await expect(first.get('k')).rejects.toMatchObject({
    code: 'STORE_CLOSED',
    message: expect.stringContaining('taken over') as string,
  })
  expect(session.ended.reason).toMatchObject({ code: 'SESSION_LOST' })
})
