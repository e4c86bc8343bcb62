// node eldest.mjs HOST:PORT NAMESPACE ELECTION: says how long it took from the first import until it was elected.
const startMs = performance.now()
const { connect, Election } = await import('@eldest/core')
const [, , address, namespace, name] = process.argv
const store = await connect(`etcd://${address}/${namespace}`)
const leadership = await new Election(store, name, { ttlMs: 15_000 }).campaign()
process.stdout.write(`${performance.now() - startMs}\n`)
await leadership.resign()
await store.close()
