import { Etcd3 } from 'etcd3'
import type { Contender } from './contender.js'
import { toolOf } from './peer-image.js'
import { whyNot } from './programs.js'
import { ToolCandidate } from './tool-candidate.js'

/** Each of their rounds starts a process. */
const SHARE = 0.15

export const etcdctl: Contender = {
  name: '`etcdctl elect`',
  store: 'etcd',
  role: 'peer',
  ownTtlMs: 60_000,
  share: SHARE,
  keys: (election) => `${election}/`,
  missing: () => whyNot(() => toolOf('etcdctl')),
  async start({ address, election, id }) {
    const server = new Etcd3({ hosts: `http://${address}` })
    const candidates = server.namespace(`${election}/`)
    return new ToolCandidate({
      id,
      command: [await toolOf('etcdctl'), `--endpoints=${address}`, 'elect', election, id],
      env: { ETCDCTL_API: '3' },
      // It prints its key, then its proposal, once it leads.
      events: [{ says: (line) => line === id, event: 'elected' }],
      stands: async () => Object.values(await candidates.getAll().strings()).includes(id),
    })
  },
}

export const consulLock: Contender = {
  name: '`consul lock`',
  store: 'consul',
  role: 'peer',
  ownTtlMs: 15_000,
  share: SHARE,
  keys: (election) => `${election}/`,
  missing: () => whyNot(() => toolOf('consul')),
  async start({ address, election, id }) {
    const child = ['cat'] // until its input ends, or it is told to stop
    const options = [`-http-addr=${address}`, '-verbose', '-pass-stdin', '-shell=false']
    return new ToolCandidate({
      id,
      command: [await toolOf('consul'), 'lock', ...options, election, ...child],
      events: [
        { says: (line) => line.startsWith('Attempting lock acquisition'), event: 'standing' },
        { says: (line) => line.startsWith('Starting handler'), event: 'elected' },
        { says: (line) => line.startsWith('Lock lost'), event: 'lost' },
      ],
    })
  },
}
