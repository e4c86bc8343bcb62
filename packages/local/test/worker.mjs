// A process of its own for the tests: node worker.mjs PATH JOB [ARGUMENT]. It reports by IPC, and uses the built package.
import { closeSync, openSync, writeSync } from 'node:fs'
import { LocalStore } from '@eldest/local'
import { open } from 'lmdb'

const [path, job, argument] = process.argv.slice(2)
const value = new Uint8Array([1])
process.on('disconnect', () => process.exit()) // the test has gone
const report = (message) => new Promise((resolve) => process.send(message, resolve))

const jobs = {
  /** Opens, says how that went, and ends. */
  async open() {
    if (argument === 'hoard') hoard()
    const store = await LocalStore.open(path)
    await store.put('opened', value)
    await store.close()
  },
  /** Opens and closes so many times. */
  async reopen() {
    for (let i = 0; i < Number(argument); i++) {
      const store = await LocalStore.open(path)
      await store.close()
    }
  },
  /** Creates so many entries, or goes on until it is killed, and reports each that was acknowledged. */
  async create() {
    const store = await LocalStore.open(path)
    const session = await store.openSession({ ttlMs: 60_000 })
    for (let i = 0; argument === undefined || i < Number(argument); i++) {
      const { key, createRevision } = await session.createOrdered('many', value)
      await report({ key, createRevision: String(createRevision) })
    }
    session.abandon()
    await store.close()
  },
  /** Holds one entry until it is killed. */
  async hold() {
    const store = await LocalStore.open(path)
    const session = await store.openSession({ ttlMs: Number(argument) })
    const { key } = await session.createOrdered('held', value)
    session.ended.addEventListener('abort', () => {
      report({ ended: session.ended.reason.code, remainingMs: session.remainingMs() }).then(() => process.exit())
    })
    await report({ key })
  },
  /** Reports when, on the clock of the host, each state of the key was seen. */
  async watch() {
    const store = await LocalStore.open(path)
    for await (const entry of store.watch(argument)) {
      await report({ modRevision: String(entry?.modRevision), atNs: String(process.hrtime.bigint()) })
    }
  },
  /** Does a bit of everything, leaves a watch behind, closes, and has nothing left to do. */
  async leave() {
    const store = await LocalStore.open(path)
    const session = await store.openSession({ ttlMs: 60_000 })
    await session.createOrdered('left', value)
    const states = store.watch('left/nothing')[Symbol.asyncIterator]()
    await states.next()
    states.next().catch(() => undefined)
    const dropped = store.watchPrefix('left')[Symbol.asyncIterator]()
    await dropped.next()
    await dropped.return()
    await store.close()
  },
  /** Stops in the middle of a transaction, with LMDB's lock in its hand. */
  async block() {
    const db = open({ path, noSubdir: true, useVersions: true, overlappingSync: false, maxReaders: 1024 })
    db.transactionSync(() => {
      db.put('never', 1, 1)
      writeSync(2, 'blocking')
      process.kill(process.pid, 'SIGSTOP')
    })
  },
  /** Fills the disk, and goes on as well as possible. */
  async fill() {
    const store = await LocalStore.open(path)
    let failure
    for (let i = 0; i < 1000 && !failure; i++) {
      await store.put(`filler/${i}`, new Uint8Array(3000)).catch((error) => (failure = error))
    }
    const entries = await store.list('filler')
    const deleted = await store.delete('filler/0')
    await store.close()
    await report({ code: failure?.code, message: failure?.message, entries: entries.length, deleted })
  },
}

/** Opens files until the system gives no more, but for what reporting needs. */
function hoard() {
  const files = []
  try {
    for (;;) files.push(openSync('/dev/null'))
  } catch {
    for (const file of files.splice(0, 4)) closeSync(file)
  }
}

try {
  await jobs[job]()
  if (job !== 'hold') await report({ done: true })
} catch (error) {
  await report({ code: error.code, message: error.message, stack: error.stack })
  process.exitCode = 1
}
if (job !== 'hold') {
  process.removeAllListeners('disconnect')
  process.disconnect()
}
