// The Election of npm etcd3, as its documentation shows it.
import { type Campaign, Etcd3 } from 'etcd3'
import { perform } from './stage.js'

await perform(async ({ address, election: name, id, ttlMs }, tell) => {
  const election = new Etcd3({ hosts: `http://${address}` }).election(name, Math.ceil(ttlMs / 1000))
  let campaign: Campaign
  let leads = false
  return {
    campaign() {
      campaign = election.campaign(id)
      // Not among its documented events: it is about to watch its predecessor.
      campaign.on('_isWaiting' as 'elected', () => tell('standing'))
      campaign.on('elected', () => {
        leads = true
        tell('elected')
      })
      campaign.on('error', () => {
        if (leads) tell('lost')
        leads = false
      })
    },
    async resign() {
      leads = false
      await campaign.resign()
    },
    leads: () => leads,
  }
})
