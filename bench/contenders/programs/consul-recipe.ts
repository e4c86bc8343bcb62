// The usual recipe with npm consul: a session, acquire the key, a blocking query on it, try again when it is free.
// Without lock-delay, to be kind.
import Consul from 'consul'
import { readKeys } from './consul-index.js'
import { perform } from './stage.js'

await perform(async ({ address, election, id, ttlMs }, tell) => {
  const [host, port] = address.split(':') as [string, string]
  const consul = new Consul({ host, port: Number(port) })
  const key = `${election}/leader`
  const ttl = `${Math.ceil(ttlMs / 1000)}s`
  const options = { ttl, behavior: 'release', lockdelay: '0s' } as const
  let { ID: session } = await consul.session.create(options)
  let leads = false
  let campaigning = false
  async function renew(): Promise<void> {
    try {
      await consul.session.renew(session)
    } catch {
      if (leads) tell('lost')
      leads = false
      session = (await consul.session.create(options)).ID
    }
  }
  setInterval(() => {
    renew().catch(() => undefined) // the next one may succeed
  }, ttlMs / 2)

  async function campaign(): Promise<void> {
    for (let index = 0; campaigning;) {
      // A refusal comes as undefined.
      const acquired: unknown = await consul.kv.set({ key, value: id, acquire: session })
      if (acquired === true) {
        leads = true
        tell('elected')
        return
      }
      // The first query answers at once with the index to wait from; should the key be free by then, it is tried again.
      for (let held = true; held;) {
        const now = await readKeys(consul, { key, index, wait: '5m' })
        if (index === 0) tell('standing')
        held = now.keys[0]?.Session !== undefined
        index = now.index
      }
    }
  }
  return {
    campaign() {
      campaigning = true
      return campaign()
    },
    async resign() {
      campaigning = leads = false
      await consul.kv.set({ key, value: '', release: session })
    },
    leads: () => leads,
  }
})
