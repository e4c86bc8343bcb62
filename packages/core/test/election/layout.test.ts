import { describe, expect, it } from 'vitest'
import { type ElectionLayout, SharedSession } from '../../src/index.js'
import { Cluster, TTL } from '../cluster.js'
import { Pending } from '../pending.js'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (content: string) => new TextEncoder().encode(content)

/** As of another tool, whose keys are named after their session and hold plain text. */
const layout: ElectionLayout = {
  prefix: (name) => name,
  keyName: (_, session) => session.id,
  oneSessionEach: true,
  read: (entry) => ({
    id: text(entry.value),
    fencingToken: entry.createRevision,
    value: undefined,
    since: undefined,
    ttlMs: undefined,
    evicting: false,
    entry,
  }),
  write: ({ id }) => bytes(id),
}

describe("an election in another tool's layout", () => {
  it('has its keys where that tool looks for them', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a', { layout })
    const [campaign] = await cluster.campaign(node)
    const [entry] = cluster.server.list('work')
    expect(entry?.key).toBe(`work/${entry?.session}`)
    expect(text(entry!.value)).toBe('a')
    expect(campaign!.value.fencingToken).toBe(entry!.createRevision)
  })

  it('is one line with the candidates of that tool', async () => {
    const cluster = new Cluster()
    cluster.server.openSession('theirs', TTL)
    cluster.server.createOrdered('theirs', 'work/theirs', bytes('their id'))
    const node = cluster.node('a', { layout })
    const [campaign] = await cluster.campaign(node)
    expect(campaign!.settled).toBe(false)
    expect((await node.election.candidates()).map(({ id }) => id)).toEqual(['their id', 'a'])
    for await (const { leader } of node.election.observe()) {
      expect(leader?.id).toBe('their id')
      break
    }
    cluster.server.endSession('theirs')
    await cluster.clock.advance(0)
    expect(campaign!.value.id).toBe('a')
  })

  it('evicts by deleting the key, as it has no room for a wish', async () => {
    const cluster = new Cluster()
    const [node, operator] = [cluster.node('a', { layout }), cluster.node('b', { layout })]
    const [campaign] = await cluster.campaign(node)
    const evicted = new Pending(operator.election.evict('a'))
    await cluster.clock.advance(0)
    expect(evicted.value).toMatchObject([{ id: 'a' }])
    expect(campaign!.value.signal.reason).toMatchObject({ code: 'LEADERSHIP_LOST', ending: 'evicted' })
  })

  it('refuses a shared session where a key bears the name of its session', () => {
    const cluster = new Cluster()
    const { store } = cluster.node('a')
    const session = new SharedSession(store, { ttlMs: TTL })
    expect(() => cluster.node('b', { layout, session })).toThrow(TypeError)
  })

  it('refuses numbered names where the store has none', async () => {
    const cluster = new Cluster()
    const node = cluster.node('a', { layout: { ...layout, numbered: true } })
    const [campaign] = await cluster.campaign(node)
    await cluster.clock.advance(0)
    expect(campaign!.error).toMatchObject({ code: 'UNSUPPORTED' })
    expect(cluster.server.list('work')).toEqual([])
  })
})
