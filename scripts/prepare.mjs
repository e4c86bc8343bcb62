// Installs and builds what has changed since the last time, judged by content, and nothing else. Needs Node alone.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: Eldest needs 20.19 or newer`)
  process.exit(1)
}

const packages = readdirSync('packages').map((name) => join('packages', name))
const manifests = ['package.json', 'package-lock.json', ...packages.map((folder) => join(folder, 'package.json'))]

const installed = hash(['package-lock.json']) // it changes with every dependency in every manifest
if (!isStamped('node_modules/.installed', installed)) {
  step('installing', 'npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'])
  stamp('node_modules/.installed', installed)
}

const sources = packages.flatMap((folder) => [
  ...filesIn(join(folder, 'src')),
  join(folder, 'tsup.config.ts'),
  join(folder, 'tsconfig.json'),
])
const built = hash([...manifests, 'tsconfig.base.json', ...sources])
const outputs = packages.map((folder) => join(folder, 'dist'))
if (!isStamped('node_modules/.built', built) || !outputs.every(existsSync)) {
  step('building', 'npx', ['lerna', 'run', 'build', '--loglevel=error'])
  stamp('node_modules/.built', built)
}

function step(name, command, args) {
  const start = Date.now()
  process.stderr.write(`${name} …`)
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, NX_DAEMON: 'false' },
  })
  process.stderr.write(` ${((Date.now() - start) / 1000).toFixed(1)} s\n`)
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}\n${name} failed: ${command} ${args.join(' ')}\n`)
  process.exit(1)
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function hash(files) {
  const sum = createHash('sha256').update(process.version)
  for (const file of files) sum.update(file).update('\0').update(readFileSync(file)).update('\0')
  return sum.digest('hex')
}

function isStamped(file, value) {
  return existsSync(file) && readFileSync(file, 'utf8') === value
}

function stamp(file, value) {
  writeFileSync(file, value)
}
