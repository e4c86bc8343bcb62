import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileFolder } from '../src/file-folder.js'

let path = ''
beforeEach(() => (path = mkdtempSync(join(tmpdir(), 'eldest-folder-'))))
afterEach(() => rmSync(path, { recursive: true, force: true }))

async function commitUpTo(last: number): Promise<FileFolder> {
  const folder = new FileFolder(path)
  for (let number = 1; number <= last; number++) expect(await folder.commit(number, `${number}`)).toBe(true)
  return folder
}

test('one of many makes a commit, and the others hear that it is made', async () => {
  const folders = Array.from({ length: 20 }, () => new FileFolder(path))
  const made = await Promise.all(folders.map((folder, i) => folder.commit(1, `of ${i}`)))
  expect(made.filter(Boolean)).toHaveLength(1)
  expect(await folders[0]!.newest()).toEqual({ number: 1, text: `of ${made.indexOf(true)}` })
})

test('old commits are removed, and the drafts of processes that were killed', async () => {
  writeFileSync(join(path, '0000000000000003.json.0123456789abcdef'), 'half of it')
  const folder = await commitUpTo(300)
  expect(await folder.newest()).toEqual({ number: 300, text: '300' })
  const names = readdirSync(path).sort()
  expect(names.length).toBeLessThan(202)
  expect(names[0]).toBe('0000000000000200.json')
})

test('a commit that comes when its number has been removed is in doubt, and changes nothing', async () => {
  const folder = await commitUpTo(300)
  await expect(folder.commit(7, 'late')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  expect(await folder.newest()).toEqual({ number: 300, text: '300' })
})

test('a folder that is gone is UNAVAILABLE', async () => {
  rmSync(path, { recursive: true })
  const folder = new FileFolder(path)
  await expect(folder.newest()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await expect(folder.commit(1, '')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})
