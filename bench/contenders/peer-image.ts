import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdir, rename } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../docker/peer-image', import.meta.url))
const suite = process.env['SUITE'] ?? 'trixie'

/** The image of docker/peer-image, built where it is missing; asked for once. */
export const peerImage = once(async (name: 'curator' | 'peers') => {
  const { stdout } = await run('bash', [script, name])
  return stdout.trim()
})

/** Where a command-line tool is: on the PATH, or else copied out of the image of its server. */
export const toolOf = once(async (name: 'etcdctl' | 'consul') => {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (await isProgram(join(folder, name))) return join(folder, name)
  }
  const image = `eldest-${name === 'etcdctl' ? 'etcd' : name}:${suite}`
  const { stdout: id } = await run('docker', ['image', 'inspect', '-f', '{{.Id}}', image])
  const folder = join(process.env['DOCKER_STATE'] ?? tmpdir(), 'eldest-bench', id.trim().slice(-12))
  const program = join(folder, name)
  if (!(await isProgram(program))) {
    await mkdir(folder, { recursive: true })
    const { stdout: container } = await run('docker', ['create', image])
    try {
      await run('docker', ['cp', `${container.trim()}:/usr/bin/${name}`, `${program}.half`])
    } finally {
      await run('docker', ['rm', container.trim()])
    }
    await rename(`${program}.half`, program)
  }
  await run(program, ['version'], { env: { ...process.env, ETCDCTL_API: '3' } }) // whether it runs here
  return program
})

/**
 * The command that starts a container on the host's network and in its process space, so that its pids are those that
 * we may send signals to; on Linux its monotonic clock is the host's. `remove` is for one that does not end by itself.
 */
export function container(name: string, image: string, options: string[], command: string[]) {
  const { uid, gid } = userInfo()
  const shared = ['--network', 'host', '--pid', 'host', '--user', `${uid}:${gid}`]
  const remove = async () => {
    await run('docker', ['rm', '-f', name]).catch(() => undefined) // it has ended
  }
  return {
    remove,
    command: ['docker', 'run', '--rm', '-i', '--name', name, ...shared, ...options, image, ...command],
  }
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function once<K extends string>(get: (key: K) => Promise<string>): (key: K) => Promise<string> {
  const got = new Map<K, Promise<string>>()
  return (key) => {
    const known = got.get(key) ?? get(key)
    got.set(key, known)
    return known
  }
}
