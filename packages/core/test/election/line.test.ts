import { describe, expect, it } from 'vitest'
import { freshName } from '../../src/adapter.js'
import type { Observation } from '../../src/index.js'
import { Cluster, TTL } from '../cluster.js'
import { Pending } from '../pending.js'

const PREFIX = 'elections/work'
const NAMES = [
  'rubbish',
  'node-1',
  `a.${'0'.repeat(31)}`,
  `.${'0'.repeat(32)}`,
  `_zz.${'0'.repeat(32)}`,
  `a.${'G'.repeat(32)}`,
]

describe('rubbish beneath the prefix', () => {
  it.each(NAMES)('does not keep a candidate from leading, though it is older: %s', async (name) => {
    const cluster = new Cluster()
    cluster.server.put(`${PREFIX}/${name}`, new Uint8Array([0xff]), undefined)
    const [campaign] = await cluster.campaign(cluster.node('a'))
    expect(campaign!.state).toBe('resolved')
  })

  it('does not keep a candidate from leading when it belongs to a living session', async () => {
    const cluster = new Cluster()
    cluster.server.openSession('other', 100 * TTL)
    for (const name of NAMES) cluster.server.createOrdered('other', `${PREFIX}/${name}`, new Uint8Array())
    const [campaign] = await cluster.campaign(cluster.node('a'))
    expect(campaign!.state).toBe('resolved')
  })

  it('does not hide the elder behind it', async () => {
    const cluster = new Cluster()
    const [a, b] = [cluster.node('a'), cluster.node('b')]
    const [first] = await cluster.campaign(a)
    cluster.server.put(`${PREFIX}/rubbish`, new Uint8Array(), undefined)
    const [second] = await cluster.campaign(b)
    await cluster.clock.advance(2 * TTL)
    expect(second!.settled).toBe(false)
    await first!.value.resign()
    await cluster.clock.advance(0)
    expect(second!.state).toBe('resolved')
  })

  it('is not what the prefix of another election holds', async () => {
    const cluster = new Cluster()
    cluster.server.openSession('other', 100 * TTL)
    for (const prefix of ['elections/wor', 'elections/work2', 'elections/work/deeper', 'elections']) {
      cluster.server.createOrdered('other', `${prefix}/a.${freshName()}`, new Uint8Array())
    }
    const [campaign] = await cluster.campaign(cluster.node('a'))
    expect(campaign!.state).toBe('resolved')
    expect(await cluster.node('b').election.candidates()).toHaveLength(1)
  })

  it('is not reported to observers', async () => {
    const cluster = new Cluster()
    const observer = cluster.node('observer')
    const seen: Observation[] = []
    const stop = new AbortController()
    const watching = async () => {
      for await (const each of observer.election.observe({ signal: stop.signal })) seen.push(each)
    }
    const watch = new Pending(watching())
    await cluster.campaign(cluster.node('a'))
    const before = seen.length
    for (let i = 0; i < 5; i++) {
      cluster.server.put(`${PREFIX}/rubbish`, new Uint8Array([i]), undefined)
      await cluster.clock.advance(1)
    }
    expect(seen).toHaveLength(before)
    expect(seen.at(-1)?.candidates.map(({ id }) => id)).toEqual(['a'])
    stop.abort('enough')
    await cluster.clock.advance(0)
    expect(watch.error).toBe('enough')
  })
})

describe('a candidate whose value somebody spoilt', () => {
  it.each(['', 'null', '7', '[]', '{"ttlMs":"x","since":4}', '{"since":"never"}', '\u0000'])(
    'keeps its place in the line: %j',
    async (text) => {
      const cluster = new Cluster()
      const [first, second] = await cluster.campaign(cluster.node('a'), cluster.node('b'))
      cluster.server.put(cluster.keys()[0]!, new TextEncoder().encode(text), undefined)
      await cluster.clock.advance(2 * TTL)
      expect(first!.value.signal.aborted).toBe(false)
      expect(second!.settled).toBe(false)
      const [candidate] = await cluster.node('c').election.candidates()
      expect(candidate).toMatchObject({ id: 'a', since: undefined, ttlMs: undefined, evicting: false })
    },
  )
})
