// The fewest requests that are safe, by npm consul's bare calls: one blocking query on the predecessor, sent before it
// goes, and one consistent list when it has gone, which must show the own key, and none before it.
import Consul from 'consul'
import { readKeys } from './consul-index.js'
import { perform } from './stage.js'

await perform(async ({ address, election, ttlMs }, tell) => {
  const [host, port] = address.split(':') as [string, string]
  const consul = new Consul({ host, port: Number(port) })
  const options = { ttl: `${ttlMs}ms`, behavior: 'delete', checks: [], lockdelay: '0s' }
  const { ID: Session } = await consul.session.create(options as never)
  setInterval(() => {
    consul.session.renew(Session).catch(() => process.exit(1))
  }, ttlMs / 3)
  let leads = false
  let bids = 0
  let own = ''

  const transact = (steps: object[]) => consul.transaction.create(steps.map((KV) => ({ KV })) as never)

  /** The nearest older key, and the index at which there is one. */
  async function predecessor() {
    const { keys, index } = await readKeys(consul, { key: `${election}/`, recurse: true, consistent: true })
    const line = keys.sort((a, b) => a.CreateIndex - b.CreateIndex)
    const place = line.findIndex(({ Key }) => Key === own)
    if (place < 0) throw new Error('the own key is gone')
    return { key: line[place - 1]?.Key, index }
  }

  return {
    async campaign() {
      own = `${election}/${Session}.${bids++}`
      await transact([
        { Verb: 'check-not-exists', Key: own },
        { Verb: 'lock', Key: own, Value: '', Session },
      ])
      for (;;) {
        const { key, index: since } = await predecessor()
        if (key === undefined) break
        let present = true
        for (let index = since; present;) {
          const read = readKeys(consul, { key, index, wait: '5m', consistent: true })
          tell('standing')
          const now = await read
          present = now.keys.length > 0
          index = now.index
        }
      }
      leads = true
      tell('elected')
    },
    async resign() {
      leads = false
      await transact([
        { Verb: 'check-session', Key: own, Session },
        { Verb: 'delete', Key: own },
      ])
    },
    leads: () => leads,
  }
})
