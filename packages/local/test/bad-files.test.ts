import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { open } from 'lmdb'
import { expect, test } from 'vitest'
import { LocalStore } from '../src/index.js'
import { lmdbFault } from '../src/lmdb-file.js'
import { scratch, Worker } from './processes.js'

/** A store with some hundred entries. */
async function filledStore(): Promise<string> {
  const path = join(scratch(), 'store')
  const store = await LocalStore.open(path)
  for (let i = 0; i < 100; i++) await store.put(`entries/${i}`, new Uint8Array(i % 10 === 0 ? 10_000 : 100))
  await store.close()
  return path
}

const sqlite = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8176)])
const contents: [string, () => Buffer][] = [
  ['a short file', () => Buffer.from('hello')],
  ['random bytes', () => randomBytes(65_536)],
  ['zeros', () => Buffer.alloc(65_536)],
  ['a SQLite database', () => sqlite],
]

test.each(contents)('%s is refused and left as it was', async (_, content) => {
  const path = join(scratch(), 'store')
  const before = content()
  writeFileSync(path, before)
  const worker = new Worker(path, 'open')
  expect(await worker.ended).toBe(1)
  expect(worker.messages).toMatchObject([
    { code: 'UNSUPPORTED', message: expect.stringContaining('is not a store file') as string },
  ])
  expect(readFileSync(path).equals(before)).toBe(true)
  expect(readdirSync(dirname(path))).toEqual([basename(path)])
})

test.each([1, 2, 3, 10])('a store cut short, to %d pages, is refused', async (pages) => {
  const path = await filledStore()
  truncateSync(path, pages * 4096)
  const worker = new Worker(path, 'open')
  expect(await worker.ended).toBe(1)
  expect(worker.messages).toMatchObject([{ code: 'UNSUPPORTED' }])
})

test('a store without its second page is refused', async () => {
  const path = await filledStore()
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0, 4096, 8192))
  const worker = new Worker(path, 'open')
  expect(await worker.ended).toBe(1)
  expect(worker.messages).toMatchObject([{ code: 'UNSUPPORTED' }])
})

test('a file that LMDB has left shorter than its last page is no fault', async () => {
  const path = join(scratch(), 'short')
  const db = open({ path, noSubdir: true, overlappingSync: false })
  const copy = `${path}.copy`
  let short = false
  for (let i = 0; i < 100 && !short; i++) {
    db.transactionSync(() => {
      for (let j = 0; j < 300; j++) db.putSync(['kept', i, j], Buffer.alloc(j % 50 ? 60 : 9000))
    })
    db.transactionSync(() => {
      for (let j = 0; j < 300; j++) db.putSync(['gone', j], Buffer.alloc(j % 7 ? 50 : 5000))
      for (let j = 0; j < 300; j++) db.removeSync(['gone', j])
      if (i > 2) for (let j = 0; j < 300; j++) db.removeSync(['kept', i - 3, j])
    })
    copyFileSync(path, copy)
    short = statSync(copy).size < (lastPage(copy) + 1) * 4096
  }
  await db.close()
  expect(short).toBe(true)
  expect(lmdbFault(copy)).toBeUndefined()
  truncateSync(copy, Math.floor(statSync(copy).size / 8192) * 4096)
  expect(lmdbFault(copy)).toBeDefined()
})

function lastPage(path: string): number {
  const bytes = readFileSync(path)
  const [a, b] = [0, 4096].map((page) => ({
    last: bytes.readBigUInt64LE(page + 144),
    txn: bytes.readBigUInt64LE(page + 152),
  }))
  return Number(a!.txn > b!.txn ? a!.last : b!.last)
}

test('the LMDB file of another program is refused and left as it was', async () => {
  const path = join(scratch(), 'theirs')
  const db = open({ path, noSubdir: true, overlappingSync: false })
  await db.put('theirs', 1)
  await db.close()
  await expect(LocalStore.open(path)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  const again = open({ path, noSubdir: true, overlappingSync: false })
  expect([...again.getKeys()]).toEqual(['theirs'])
  await again.close()
})

test('a store of a format that is not known is refused', async () => {
  const path = join(scratch(), 'store')
  const db = open({ path, noSubdir: true, useVersions: true, overlappingSync: false })
  await db.put(['@eldest/local'], [2, 'boot', 1, 0], 1)
  await db.close()
  await expect(LocalStore.open(path)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('format 2') as string,
  })
})

test('an empty file and missing folders become a store that only its owner can read', async () => {
  const path = join(scratch(), 'made', 'on', 'the', 'way')
  await (await LocalStore.open(path)).close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(`${path}-lock`).mode & 0o777).toBe(0o600)
  const empty = join(scratch(), 'empty')
  writeFileSync(empty, '')
  await (await LocalStore.open(empty)).close()
})

test('a folder, a path through a file, and a path that is too long are refused', async () => {
  const folder = scratch()
  mkdirSync(join(folder, 'folder'))
  writeFileSync(join(folder, 'file'), '')
  for (const name of ['folder', 'file/store', 'x'.repeat(300)]) {
    await expect(LocalStore.open(join(folder, name))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('name') as string,
    })
  }
})

/** Runs without root's power to ignore modes. */
const user = process.getuid?.() === 0 ? { uid: 65_534 } : {}

test('a read-only folder, an unreadable file and an unreadable lock file are refused', async () => {
  const folder = scratch()
  chmodSync(folder, 0o555)
  const inFolder = new Worker(join(folder, 'store'), 'open', user)
  expect(await inFolder.ended).toBe(1)
  expect(inFolder.messages).toMatchObject([{ code: 'ACCESS_DENIED' }])
  expect(existsSync(join(folder, 'store'))).toBe(false)

  const path = await filledStore()
  if (user.uid !== undefined) chownSync(dirname(path), user.uid, user.uid)
  chmodSync(path, 0o000)
  const unreadable = new Worker(path, 'open', user)
  expect(await unreadable.ended).toBe(1)
  expect(unreadable.messages).toMatchObject([{ code: 'ACCESS_DENIED' }])

  chmodSync(path, 0o666)
  chmodSync(`${path}-lock`, 0o000)
  const unlockable = new Worker(path, 'open', user)
  expect(await unlockable.ended).toBe(1)
  expect(unlockable.messages).toMatchObject([{ code: 'ACCESS_DENIED' }])
})

test.each([1, 64, 100])(
  'a new store that finds no room, %d KiB, is refused, and nothing is left behind',
  async (room) => {
    const path = join(scratch(), 'store')
    const worker = new Worker(path, 'open', { shell: `trap "" XFSZ; ulimit -f ${room}` })
    expect(await worker.ended).toBe(1)
    expect(worker.messages).toMatchObject([
      { code: 'UNAVAILABLE', message: expect.stringContaining('no room left') as string },
    ])
    expect(readdirSync(dirname(path))).toEqual([])
  },
)

test('a process that has no files left to open is told so', async () => {
  const worker = new Worker(join(scratch(), 'store'), 'open', { argument: 'hoard', shell: 'ulimit -n 60' })
  expect(await worker.ended).toBe(1)
  expect(worker.messages).toMatchObject([
    { code: 'UNAVAILABLE', message: expect.stringContaining('out of files') as string },
  ])
})

test('on a full disk a write fails as not done; reading and deleting go on', async () => {
  const path = join(scratch(), 'store')
  await (await LocalStore.open(path)).close()
  const worker = new Worker(path, 'fill', { shell: 'trap "" XFSZ; ulimit -f 200' })
  await worker.ended
  expect(worker.messages[0]).toMatchObject({
    code: 'UNAVAILABLE',
    deleted: true,
    message: expect.stringContaining('no room left') as string,
  })
  const store = await LocalStore.open(path)
  expect(await store.list('filler')).toHaveLength((worker.messages[0]!.entries as number) - 1)
  await store.close()
})
