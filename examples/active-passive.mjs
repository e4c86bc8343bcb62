// Two nodes of a service, one of them active, on whichever store the URL names:
//
//   node examples/active-passive.mjs [memory: | local:./election | etcd://… | consul://… | zookeeper://…]
//
// What it prints is the same on every store.
import { connect, Election } from '@eldest/core'

const url = process.argv[2] ?? process.env.ELDEST_STORE ?? 'memory:'
const store = await connect(url)

const name = `example-${Date.now()}`
const blue = new Election(store, name, { id: 'blue', ttlMs: 15_000, value: { url: 'http://10.0.0.1:8080' } })
const green = new Election(store, name, { id: 'green', ttlMs: 15_000, value: { url: 'http://10.0.0.2:8080' } })

const first = await blue.campaign()
console.log('blue leads, valid for some time:', first.remainingMs() > 0)

let next
await new Promise((standby) => (next = green.campaign({ standby })))
console.log('green stands by')

const line = await blue.candidates()
console.log('line of succession:', line.map(({ id, value }) => `${id} at ${value.url}`).join(', '))

await first.put(`${name}/cursor`, new TextEncoder().encode('100'))
const cursor = await store.get(`${name}/cursor`)
console.log('blue has written', new TextDecoder().decode(cursor.value))

first.signal.addEventListener('abort', () => console.log('blue stops:', first.signal.reason.ending))
await first.resign()
const second = await next
console.log('green leads with a larger token:', second.fencingToken > first.fencingToken)

await first.put(`${name}/cursor`, new TextEncoder().encode('999')).catch((error) => {
  console.log('blue comes too late:', error.code)
})

await second.delete(`${name}/cursor`)
await second.resign()
console.log('nobody leads:', (await green.candidates()).length === 0)
await store.close()
