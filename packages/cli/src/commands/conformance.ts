import { constants } from 'node:os'
import { type Case, cases } from '@eldest/conformance'
import { abortable } from '@eldest/core/adapter'
import { Command, InvalidArgumentError } from 'commander'
import { openHarness } from '../conformance/harness-module.js'
import { Scoreboard } from '../conformance/scoreboard.js'
import { StrayErrors } from '../conformance/stray-errors.js'
import { tryCase, tryConnection } from '../conformance/trial.js'
import { EXIT_STORE, EXIT_USAGE, Failure } from '../failure.js'
import { stopRequest } from '../shutdown.js'
import { type StoreOptions, withStore } from '../store-location.js'

interface ConformanceOptions extends StoreOptions {
  harness?: string
  only?: RegExp
}

export const conformanceCommand = withStore(
  new Command('conformance')
    .summary('test whether a store keeps the contract')
    .description(
      'Runs the conformance suite against a store: every guarantee that elections rest on, with connections that are ' +
        'cut and answers that get lost. Exits 1 if one case fails.\n\n' +
        'What it does to the store: it writes keys beneath prefixes of its own, conformance-<random>, and removes them ' +
        'when their case is over (of a run that is killed, those without a session stay); it opens and ends sessions ' +
        'of its own; it cuts the connections of its own clients. It touches no other key or session. Some cases write ' +
        'as fast as they can: take a store that nobody is waiting for.',
    )
    .option(
      '--harness <module>',
      'file or package that exports createHarness(url); default: @eldest/<scheme>/harness, as the adapters have it',
    )
    .option('--only <pattern>', 'run the cases whose name matches this regular expression, in any case', parsePattern),
).action(async (options: ConformanceOptions) => {
  let exitCode = 0
  const stop = stopRequest((name) => {
    exitCode ||= 128 + constants.signals[name]
    process.stderr.write(`eldest: ${name}: closing what is open; twice more leaves at once\n`)
  }).signal
  const chosen = choose(options.only)
  const harness = await openHarness(options.store, options.harness)
  const scoreboard = new Scoreboard(process.stdout, { json: options.json === true, total: chosen.length })
  try {
    await abortable(tryConnection(harness), stop)
    const strays = new StrayErrors()
    for (const one of chosen) {
      scoreboard.begin(one.name)
      const verdict = await tryCase(one, harness, { stop, strays })
      if (!verdict) break
      scoreboard.add(verdict)
    }
  } catch (error) {
    if (error !== stop.reason) throw error
  } finally {
    await harness.dispose()
  }
  scoreboard.end(stop.aborted ? (stop.reason as Error).message : undefined)
  exitCode ||= scoreboard.failed > 0 ? EXIT_STORE : 0
  process.exitCode = exitCode
  // A broken store may have left handles open, or a case that was given up.
  if (exitCode !== 0) process.stdout.write('', () => process.exit())
})

function choose(only: RegExp | undefined): readonly Case[] {
  const chosen = cases.filter(({ name }) => only?.test(name) ?? true)
  if (chosen.length === 0) throw new Failure(`none of the ${cases.length} cases matches ${String(only)}`, EXIT_USAGE)
  return chosen
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
