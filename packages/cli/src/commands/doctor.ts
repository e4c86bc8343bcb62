import { Command, Option } from 'commander'
import colors from 'picocolors'
import { adaptersFor } from '../adapters.js'
import { examine, type Finding } from '../doctor/examination.js'
import { parseDuration } from '../duration.js'
import { EXIT_STORE, EXIT_USAGE, Failure } from '../failure.js'
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
    .addOption(new Option('--ttl <duration>', 'TTL to ask for').argParser(parseDuration).default(15_000, '15s'))
    .option('--policy', 'print the rights that an election needs in this store, and do nothing else'),
).action(async (options: StoreOptions & { ttl: number; policy?: boolean }) => {
  if (options.policy === true) {
    process.stdout.write(await policyOf(options.store))
    return
  }
  const { signal } = stopRequest()
  const show = options.json === true ? showJson : showLine
  try {
    await usingStore(options, signal, async (store) => {
      show({ check: 'reachable', ok: true, detail: schemeOf(options.store) })
      for await (const finding of examine(store, options.ttl, signal)) show(finding)
    })
  } catch (error) {
    if (signal.aborted) return
    throw error
  }
})

/** Without any request: it is for those who have no rights yet. */
async function policyOf(url: string): Promise<string> {
  const [adapter] = await adaptersFor(url)
  if (!adapter?.policy) throw new Failure(`a ${schemeOf(url)}: store knows no rights of its own`, EXIT_USAGE)
  return adapter.policy(url).trimEnd() + '\n'
}

function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(':'))
}

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
