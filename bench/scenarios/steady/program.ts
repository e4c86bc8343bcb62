// Leads a number of elections and does nothing else; started by the scenario, so that it has the process to itself.
import { readdirSync } from 'node:fs'
import { type Bid, type Crowd, crowdKinds } from '../../crowds/index.js'
import { openEldest } from '../../crowds/eldest.js'
import { type Leading, type Led, READY } from './leading.js'

const AT_ONCE = 50
/** What the last ones still open, watches above all, is open by then. */
const SETTLING_MS = 1500

const told = JSON.parse(process.argv[2]!) as Leading
const filesBefore = openFiles()
const crowd = await open()
for (let i = 0; i < 10; i++) await (await lead(crowd, `warm-up-${i}`)).resign()
const memoryBefore = memoryBytes()
let next = 0
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < told.elections) await lead(crowd, `e${next++}`)
  }),
)
await new Promise((resolve) => setTimeout(resolve, SETTLING_MS))
const memory = memoryBytes() - memoryBefore
process.stdout.write(`${READY}\n`)
const cpu = process.cpuUsage()
await new Promise((resolve) => setTimeout(resolve, told.watchedMs))
const used = process.cpuUsage(cpu)
const led: Led = {
  memoryKiB: memory / told.elections / 1024,
  cpuPercent: (100 * (used.user + used.system)) / 1000 / told.watchedMs,
  files: openFiles() - filesBefore,
  timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length,
}
process.stdout.write(`${JSON.stringify(led)}\n`)
// Its sessions run out by themselves: to end ten thousand of them is another question.
process.exit()

function open(): Promise<Crowd> {
  if (told.contender === 'Eldest') return openEldest(told.url, told.ttlMs)
  const kind = crowdKinds.find(({ store, contender }) => store === told.store && contender === told.contender)
  return kind!.open(told)
}

async function lead(crowd: Crowd, election: string): Promise<Bid> {
  const bid = await crowd.stand(election, 'me')
  await bid.elected
  return bid
}

function memoryBytes(): number {
  if (!globalThis.gc) throw new Error('run with --expose-gc')
  globalThis.gc()
  globalThis.gc() // what the first one has freed held on to something
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}
