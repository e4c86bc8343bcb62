import { Command, Option } from 'commander'
import colors from 'picocolors'
import { examine, type Finding } from '../doctor/examination.js'
import { parseDuration } from '../duration.js'
import { EXIT_STORE } from '../failure.js'
import { toJson } from '../report.js'
import { stopRequest } from '../shutdown.js'
import { type StoreOptions, usingStore, withStore } from '../store-location.js'

export const doctorCommand = withStore(
  new Command('doctor')
    .summary('check a store')
    .description(
      'Checks that a store can be reached and lets us do what an election does, under keys of its own that are removed\n' +
        'again; prints what it grants, how fast it answers, and how long a fail-over takes at worst. Exits 1 if a check fails.',
    )
    .addOption(new Option('--ttl <duration>', 'TTL to ask for').argParser(parseDuration).default(15_000, '15s')),
).action(async (options: StoreOptions & { ttl: number }) => {
  const { signal } = stopRequest()
  const show = options.json === true ? showJson : showLine
  try {
    await usingStore(options, async (store) => {
      show({ check: 'reachable', ok: true, detail: new URL(options.store).protocol.slice(0, -1) })
      for await (const finding of examine(store, options.ttl, signal)) show(finding)
    })
  } catch (error) {
    if (signal.aborted) return
    throw error
  }
})

function showJson(finding: Finding): void {
  process.stdout.write(toJson(finding) + '\n')
  if (!finding.ok) process.exitCode = EXIT_STORE
}

function showLine({ check, ok, detail, tookMs }: Finding): void {
  const mark = ok ? colors.green('ok  ') : colors.red('FAIL')
  const took = tookMs === undefined ? '' : colors.dim(` (${tookMs.toFixed(1)} ms)`)
  process.stdout.write(`${mark} ${check.padEnd(20)} ${detail}${took}\n`)
  if (!ok) process.exitCode = EXIT_STORE
}
