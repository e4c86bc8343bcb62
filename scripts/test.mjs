// Everything that `npm test` runs after the build, one step after the other, with one count at the end.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scratch = mkdtempSync(join(tmpdir(), 'eldest-test-'))
const failures = []
let passed = 0
let failed = 0

check('types', 'npx', ['tsc', '--noEmit', '-p', 'tsconfig.json'])
check('lint', 'npx', ['eslint', '.', '--max-warnings=0'])
check('format', 'npx', ['prettier', '--check', '--log-level=warn', '.'])
check('packages', 'node', ['scripts/check-packages.mjs'])
suite('packages', ['--project', 'packages'])
suite('test-e2e', ['--project', 'test-e2e'])
servers()

rmSync(scratch, { recursive: true, force: true })
if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/**
 * What needs the servers in Docker. ELDEST_SERVERS=required: they must be there (CI); otherwise what cannot be reached
 * is named, loudly, and does not count.
 */
function servers() {
  const { status, stdout } = spawnSync('bash', ['docker/servers', 'status'], { encoding: 'utf8' })
  const isUp = (backend) => new RegExp(`^${backend}1 .* healthy *$`, 'm').test(stdout ?? '')
  const missing = ['etcd', 'consul', 'zookeeper'].filter((backend) => status === null || !isUp(backend))
  for (const backend of ['etcd', 'consul', 'zookeeper']) {
    if (!missing.includes(backend)) check(`${backend} cluster`, 'bash', ['docker/verify-cluster', backend])
    else if (process.env.ELDEST_SERVERS === 'required') count(`${backend} cluster (not there)`, 0, 1)
  }
  if (missing.length > 0) console.log(`\nNOT TESTED: ${missing.join(', ')}. Start them: npm run servers -- up cluster`)
}

/** A step that counts as one test. */
function check(name, command, args) {
  const start = Date.now()
  const ok = run(command, args)
  console.log(`${ok ? 'ok' : 'FAILED'} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  count(name, ok ? 1 : 0, ok ? 0 : 1)
}

/** A run of vitest, whose tests are counted from its own report. */
function suite(name, args) {
  const report = join(scratch, `${name}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const ok = run('npx', ['vitest', 'run', ...args, ...reporters])
  try {
    const { numPassedTests, numFailedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'))
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

function run(command, args) {
  const env = { ...process.env, NODE_OPTIONS: '--unhandled-rejections=strict' }
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32', env }).status === 0
}
