// Everything that `npm test` runs after the build, one step after the other, with one count at the end.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const scratch = mkdtempSync(join(tmpdir(), 'eldest-test-'))
const spawning = {
  shell: process.platform === 'win32',
  env: { ...process.env, NODE_OPTIONS: '--unhandled-rejections=strict' },
}
const failures = []
const failedTests = []
let passed = 0
let failed = 0

check('types', 'npx', ['tsc', '--noEmit', '-p', 'tsconfig.json'])
check('lint', 'npx', ['eslint', '.', '--max-warnings=0'])
check('format', 'npx', ['prettier', '--check', '--log-level=warn', '.'])
check('packages', 'node', ['scripts/check-packages.mjs'])
suite('packages', ['--project', 'packages'])
suite('test-e2e', ['--project', 'test-e2e'])
await servers()

rmSync(scratch, { recursive: true, force: true })
if (failures.length > 0) console.log(['\nfailed: ' + failures.join(', '), ...failedTests].join('\n  '))
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/**
 * What needs the servers in Docker: the tests of each adapter, side by side since they mostly wait, then the clusters'
 * own check. ELDEST_SERVERS=required: all must be there (CI); otherwise what cannot be reached is named, loudly, and
 * does not count.
 */
async function servers() {
  const backends = ['etcd', 'consul', 'zookeeper']
  const { stdout } = spawnSync('bash', ['docker/servers', 'status'], { encoding: 'utf8' })
  const isUp = (name) => new RegExp(`^${name} .* healthy *$`, 'm').test(stdout ?? '')
  const modes = { single: (backend) => isUp(backend), cluster: (backend) => isUp(`${backend}1`), secured: isSecured }
  const missing = []
  const runs = backends.map((backend) => {
    const absent = Object.keys(modes).filter((mode) => !modes[mode](backend))
    missing.push(...absent.map((mode) => `${backend} ${mode}`))
    if (absent.includes('single')) return undefined
    return suiteAside(backend, absent)
  })
  await Promise.all(runs)
  if (backends.every(modes.single)) {
    const servers = { env: { ...spawning.env, ELDEST_BACKENDS: backends.join() } }
    suite('moving from server to server', ['--project', 'test-e2e', 'moving-stores'], servers)
  }
  if (missing.length === 0) check('table of stores', 'node', ['scripts/store-table.mjs', '--check'])
  for (const backend of backends) {
    if (!missing.includes(`${backend} cluster`)) check(`${backend} cluster`, 'bash', ['docker/verify-cluster', backend])
  }
  if (missing.length === 0) return
  if (process.env.ELDEST_SERVERS === 'required') for (const each of missing) count(`${each} (not there)`, 0, 1)
  console.log(`\nNOT TESTED, as they are not up: ${missing.join(', ')}. Start them: npm run servers -- up all`)

  function isSecured(backend) {
    return new RegExp(`^${backend}-\\S+ .* healthy *$`, 'm').test(stdout ?? '')
  }
}

/** A step that counts as one test. */
function check(name, command, args) {
  const start = Date.now()
  const ok = run(command, args)
  console.log(`${ok ? 'ok' : 'FAILED'} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  count(name, ok ? 1 : 0, ok ? 0 : 1)
}

/** A run of vitest, whose tests are counted from its own report. */
function suite(name, args, options) {
  countReport(name, run('npx', vitest(name, args), options))
}

/** The tests of one backend beside others', but for what needs servers that are absent: its output is shown when it has ended. */
async function suiteAside(name, absent) {
  const env = { ...spawning.env, ELDEST_ABSENT: absent.join() }
  const child = spawn('npx', vitest(name, ['--project', name]), { ...spawning, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk))
  const [status] = await once(child, 'close')
  console.log(`\n--- ${name}`)
  process.stdout.write(Buffer.concat(output))
  countReport(name, status === 0)
}

function vitest(name, args) {
  return ['vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(name)}`]
}

function reportOf(name) {
  return join(scratch, `${name}.json`)
}

function countReport(name, ok) {
  try {
    const report = JSON.parse(readFileSync(reportOf(name), 'utf8'))
    const { numPassedTests, numFailedTests, numTotalTests, testResults } = report
    for (const { name: file, status, assertionResults, message } of testResults) {
      const bad = assertionResults.filter((each) => each.status === 'failed')
      for (const { fullName } of bad) failedTests.push(`${relative(process.cwd(), file)}: ${fullName}`)
      if (status === 'failed' && bad.length === 0) failedTests.push(`${relative(process.cwd(), file)}: ${message}`)
    }
    // A run that fails without a failed test (a crash, a suite that did not load) or ran none is a failure too.
    const unexplained = (!ok && numFailedTests === 0) || numTotalTests === 0 ? 1 : 0
    count(name, numPassedTests, numFailedTests + unexplained)
  } catch (error) {
    console.error(`${name} left no report: ${error.message}`)
    count(name, 0, 1)
  }
}

function count(name, ok, notOk) {
  passed += ok
  failed += notOk
  if (notOk > 0) failures.push(name)
}

function run(command, args, options) {
  return spawnSync(command, args, { ...spawning, ...options, stdio: 'inherit' }).status === 0
}
