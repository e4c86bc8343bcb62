// The fewest requests that are safe, by node-zookeeper-client's bare calls: one watch on the predecessor, set before it
// goes, and one barrier with a list behind it when it has gone, which must show the own node, and none before it.
import zookeeper from 'node-zookeeper-client'
import { perform } from './stage.js'

await perform(async ({ address, election, ttlMs }, tell) => {
  const client = zookeeper.createClient(address, { sessionTimeout: ttlMs })
  const folder = `/${election}`
  const call = <T>(send: (done: (error: unknown, result: T) => void) => void) =>
    new Promise<T>((resolve, reject) => {
      send((error, result) => (error ? reject(error) : resolve(result)))
    })
  await new Promise<void>((resolve) => {
    client.once('connected', resolve)
    client.connect()
  })
  await call<string>((done) => client.mkdirp(folder, done))
  let leads = false
  let own = ''

  async function predecessor(): Promise<string | undefined> {
    // Sent together: the server answers in order, hence with what is as new as the check.
    const [, names] = await Promise.all([
      call((done) => client.transaction().check(folder, -1).commit(done)),
      call<string[]>((done) => client.getChildren(folder, done)),
    ])
    const line = names.sort()
    const place = line.indexOf(own)
    if (place < 0) throw new Error('the own node is gone')
    return line[place - 1]
  }

  return {
    async campaign() {
      const mode = zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL
      const path = await call<string>((done) => client.create(`${folder}/bid-`, Buffer.alloc(0), mode, done))
      own = path.slice(folder.length + 1)
      for (;;) {
        const elder = await predecessor()
        if (elder === undefined) break
        let onChange = () => {}
        const changed = new Promise<void>((resolve) => (onChange = resolve))
        const stat = await call((done) => client.exists(`${folder}/${elder}`, onChange, done))
        if (!stat) continue
        tell('standing')
        await changed
      }
      leads = true
      tell('elected')
    },
    async resign() {
      leads = false
      await call((done) => client.remove(`${folder}/${own}`, (error) => done(error, undefined)))
    },
    leads: () => leads,
  }
})
