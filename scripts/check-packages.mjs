// Does each package arrive? Packs all of them, installs the tarballs into an empty folder, and imports and requires
// every entry point there; publint and attw judge the tarballs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const scratch = mkdtempSync(join(tmpdir(), 'eldest-pack-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

const packages = readdirSync('packages').map((folder) => {
  const path = join('packages', folder)
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch], resolve(path)))
  return { path, manifest, tarball: join(scratch, filename) }
})

for (const { manifest, tarball } of packages) {
  run('npx', ['publint', '--strict', tarball])
  // Node 20.19 can require ES modules: there is no CommonJS build to resolve to. The command has no types to arrive.
  const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json')
  if (entries.length > 0) run('npx', ['attw', '--profile', 'esm-only', tarball])
}

writeFileSync(join(scratch, 'package.json'), JSON.stringify({ name: 'arrival', private: true, type: 'module' }))
run(
  'npm',
  ['install', '--no-fund', '--no-audit', '--prefer-offline', ...packages.map(({ tarball }) => tarball)],
  scratch,
)
for (const { manifest } of packages) {
  for (const entry of Object.keys(manifest.exports)) {
    if (entry === './package.json') continue
    const name = manifest.name + entry.slice(1)
    run('node', ['-e', `import('${name}').then((m) => { if (Object.keys(m).length === 0) process.exit(1) })`], scratch)
    run('node', ['-e', `if (Object.keys(require('${name}')).length === 0) process.exit(1)`], scratch)
  }
  for (const command of Object.keys(manifest.bin ?? {})) run('npx', ['--no-install', command, '--version'], scratch)
}

function run(command, args, cwd = process.cwd()) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' })
  if (result.status === 0) return result.stdout
  console.error(`${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`)
  process.exit(1)
}
