// The algorithm of a naive port: register, then list at an interval of TTL − 10 s, and lead if one's own is the oldest.
import { Etcd3, type Lease } from 'etcd3'
import { perform } from './stage.js'

const TTL_S = 15
const POLL_MS = (TTL_S - 10) * 1000

await perform(async ({ address, election, id }, tell) => {
  const client = new Etcd3({ hosts: `http://${address}` })
  const keys = client.namespace(`${election}/`)
  let lease: Lease | undefined
  let leads = false
  const setLeads = (now: boolean) => {
    if (now !== leads) tell(now ? 'elected' : 'lost')
    leads = now
  }
  async function poll(): Promise<void> {
    if (!lease) return
    const [eldest] = await keys.getAll().sort('Create', 'Ascend').limit(1).keys()
    setLeads(eldest === id)
  }
  setInterval(() => {
    poll().catch(() => undefined) // the next one may succeed
  }, POLL_MS)
  return {
    async campaign() {
      lease = keys.lease(TTL_S)
      lease.on('lost', () => setLeads(false))
      await lease.put(id).value('').exec()
      await poll()
      if (!leads) tell('standing')
    },
    async resign() {
      leads = false
      const ended = lease
      lease = undefined
      await ended?.revoke()
    },
    leads: () => leads,
  }
})
