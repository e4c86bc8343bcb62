import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { BenchStore, Candidate, Contender, Place } from './contender.js'
import { container, peerImage } from './peer-image.js'
import { ProgramCandidate } from './program-candidate.js'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

type Named = Pick<Contender, 'name' | 'store' | 'role' | 'keys'> & Partial<Contender>

/** A contender that is a program of programs/, in Node. */
export function nodeProgram(file: string, contender: Named, address = ({ address }: Place) => address): Contender {
  const path = programFile(`${file}.ts`)
  return {
    ...contender,
    start: (place) => {
      const command = [process.execPath, '--import', tsx, path, ...wordsOf({ ...place, address: address(place) })]
      return ProgramCandidate.start({ id: place.id, command })
    },
  }
}

/** Eldest on a store, each election in a namespace of its own. */
export function eldest(store: Exclude<BenchStore, 'redis'>): Contender {
  const url = ({ address, election }: Place) =>
    store === 'local' ? `local:${address}` : `${store}://${address}/${election}`
  const keys = (election: string) => `${election}/elections/${election}`
  return nodeProgram('eldest', { name: 'Eldest', store, role: 'ours', keys }, url)
}

/** kazoo's Election, in a container with Debian's Python. */
export const kazoo: Contender = {
  name: "kazoo's Election",
  store: 'zookeeper',
  role: 'peer',
  keys: (election) => election,
  missing: () => whyNot(() => peerImage('peers')),
  async start(place) {
    const file = programFile('kazoo_election.py')
    const mount = ['-v', `${file}:/kazoo_election.py:ro`]
    return contained(place, await peerImage('peers'), mount, ['python3', '/kazoo_election.py', ...wordsOf(place)])
  },
}

/** Curator's LeaderLatch, in a container with Debian's Java. */
export const curator: Contender = {
  name: "Curator's LeaderLatch",
  store: 'zookeeper',
  role: 'peer',
  keys: (election) => election,
  missing: () => whyNot(() => peerImage('curator')),
  async start(place) {
    const java = ['-XX:TieredStopAtLevel=1', '-cp', '/candidate:/usr/share/java/*', 'LatchContender']
    return contained(place, await peerImage('curator'), ['--entrypoint', 'java'], [...java, ...wordsOf(place)])
  },
}

/** The reason, if something fails. */
export async function whyNot(get: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await get()
    return undefined
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    return (stderr ?? '').trim().split('\n').at(-1) || message
  }
}

function contained(place: Place, image: string, options: string[], command: string[]): Promise<Candidate> {
  const name = `eldest-bench-${randomBytes(6).toString('hex')}`
  return ProgramCandidate.start({ id: place.id, ...container(name, image, options, command) })
}

function wordsOf({ address, election, id, ttlMs }: Place): string[] {
  return [address, election, id, String(ttlMs)]
}

function programFile(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url))
}
