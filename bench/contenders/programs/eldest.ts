// Eldest, on whatever store the URL names.
import { connect, Election, type Leadership } from '@eldest/core'
import { perform } from './stage.js'

await perform(async ({ address, election: name, id, ttlMs }, tell) => {
  const store = await connect(address)
  const election = new Election(store, name, { id, ttlMs })
  let leadership: Leadership | undefined
  return {
    async campaign() {
      leadership = undefined
      leadership = await election.campaign({ standby: () => tell('standing') })
      tell('elected')
      let resigned = false
      const { signal } = leadership
      signal.addEventListener('abort', () => {
        resigned = (signal.reason as { code?: string }).code === 'LEADERSHIP_RESIGNED'
        if (!resigned) tell('lost')
      })
    },
    async resign() {
      await leadership!.resign()
    },
    leads() {
      if (!leadership) return false
      try {
        leadership.assertValid()
        return true
      } catch {
        return false
      }
    },
  }
})
