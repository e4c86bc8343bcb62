import { type Leadership } from '@eldest/core'
import { connect, Election } from '@eldest/core'
import { summarize, type Table } from './table.js'

const ROUNDS = 200

/** From `resign()` to the next leader's callback: two clients of one store, each its own connection. */
export async function handover(url: string): Promise<Table> {
  const stores = [await connect(url), await connect(url)]
  const elections = stores.map((store, i) => new Election(store, 'handover', { id: `node-${i}`, ttlMs: 5000 }))
  const times: number[] = []
  let leadership = await elections[0]!.campaign()
  for (let round = 1; round <= ROUNDS; round++) {
    let next: Promise<Leadership> | undefined
    await new Promise<void>((resolve) => {
      next = elections[round % 2]!.campaign({ standby: () => resolve() })
    })
    const startMs = performance.now()
    const resigned = leadership.resign()
    leadership = await next!
    times.push(performance.now() - startMs)
    await resigned
  }
  await leadership.resign()
  await Promise.all(stores.map((store) => store.close()))
  return summarize('hand-over, resign to the next callback', 'ms', times)
}
