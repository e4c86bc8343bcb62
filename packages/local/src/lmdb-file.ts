import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

// The layout of LMDB's files on 64-bit little-endian machines (mdb.c of lmdb 3.5: MDB_page_header, MDB_meta, MDB_db).
const HEADER = 24
const MAGIC = 0xbeefc0de
const PAGE_SIZE = HEADER + 24
const FREE_ROOT = HEADER + 64
const MAIN_ROOT = HEADER + 112
const LAST_PAGE = HEADER + 120
const TRANSACTION = HEADER + 128
const META_BYTES = HEADER + 136
const NO_PAGE = 0xffff_ffff_ffff_ffffn

/**
 * Why LMDB would crash on this file, or `undefined` if it would not: an empty file, or one with two intact meta pages
 * whose every page lies within its length.
 */
export function lmdbFault(path: string): string | undefined {
  const fd = openSync(path, 'r')
  try {
    return fault(fd, fstatSync(fd).size)
  } finally {
    closeSync(fd)
  }
}

function fault(fd: number, length: number): string | undefined {
  if (length === 0) return undefined
  const first = readBytes(fd, 0, META_BYTES)
  if (first?.readUInt32LE(HEADER) !== MAGIC) return 'it does not begin as an LMDB file does'
  const pageSize = first.readUInt32LE(PAGE_SIZE)
  if (pageSize < 256 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) return 'its page size is impossible'
  const second = readBytes(fd, pageSize, META_BYTES)
  if (second?.readUInt32LE(HEADER) !== MAGIC || length < 2 * pageSize) return 'its second page is damaged or missing'
  const meta = second.readBigUInt64LE(TRANSACTION) > first.readBigUInt64LE(TRANSACTION) ? second : first
  const pages = BigInt(Math.floor(length / pageSize))
  if (meta.readBigUInt64LE(LAST_PAGE) < pages) return undefined
  // Shorter than its last page says. That is in order while no page beyond the end is in use (mdb.c, mm_last_pg).
  const roots = [meta.readBigUInt64LE(FREE_ROOT), meta.readBigUInt64LE(MAIN_ROOT)]
  return roots.every((root) => root === NO_PAGE || liesWithin(fd, root, { pageSize, pages }))
    ? undefined
    : 'it is cut short'
}

/** Whether the page and all pages that can be reached from it lie within the file. */
function liesWithin(fd: number, page: bigint, file: { pageSize: number; pages: bigint }, depth = 0): boolean {
  const P_BRANCH = 1
  const P_LEAF = 2
  const F_BIGDATA = 1
  if (page >= file.pages || depth > 32) return false
  const bytes = readBytes(fd, Number(page) * file.pageSize, file.pageSize)
  if (!bytes) return false
  const flags = bytes.readUInt16LE(18)
  if ((flags & (P_BRANCH | P_LEAF)) === 0) return false
  const nodes = bytes.readUInt16LE(20) >> 1
  for (let i = 0; i < nodes; i++) {
    if (HEADER + 2 * i + 2 > file.pageSize) return false
    const node = HEADER + bytes.readUInt16LE(HEADER + 2 * i)
    if (node + 8 > file.pageSize) return false
    if (flags & P_BRANCH) {
      const child = BigInt(bytes.readUInt32LE(node)) | (BigInt(bytes.readUInt16LE(node + 4)) << 32n)
      if (!liesWithin(fd, child, file, depth + 1)) return false
    } else if (bytes.readUInt16LE(node + 4) & F_BIGDATA) {
      const data = node + 8 + bytes.readUInt16LE(node + 6)
      if (data + 24 > file.pageSize) return false
      if (bytes.readBigUInt64LE(data) + bytes.readBigUInt64LE(data + 16) > file.pages) return false
    }
  }
  return true
}

function readBytes(fd: number, position: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length)
  return readSync(fd, bytes, 0, length, position) === length ? bytes : undefined
}
