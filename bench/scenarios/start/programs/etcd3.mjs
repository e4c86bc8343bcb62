// node etcd3.mjs HOST:PORT NAMESPACE ELECTION: says how long it took from the first import until it was elected.
const startMs = performance.now()
const { Etcd3 } = await import('etcd3')
const [, , address, namespace, name] = process.argv
const client = new Etcd3({ hosts: `http://${address}` })
const campaign = client.namespace(`${namespace}/`).election(name, 15).campaign('me')
await campaign.wait()
process.stdout.write(`${performance.now() - startMs}\n`)
await campaign.resign()
client.close()
