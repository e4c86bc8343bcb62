import { Election } from '@eldest/core'
import { Command } from 'commander'
import { electionArgument, parseName } from '../names.js'
import { parseDuration } from '../duration.js'
import { Failure } from '../failure.js'
import { layoutOf, type LayoutOptions, withLayout } from '../layouts.js'
import { toJson } from '../report.js'
import { stopRequest } from '../shutdown.js'
import { type StoreOptions, usingStore, withStore } from '../store-location.js'

export const evictCommand = withLayout(
  withStore(
    new Command('evict')
      .summary('make a candidate step down')
      .description(
        'Makes the candidate ID of ELECTION step down: a leader stops first, then the next one leads. A candidate that\n' +
          'keeps campaigning stands again, at the back of the line. Exits 1 if there is no such candidate.',
      )
      .addArgument(electionArgument())
      .argument('<id>', 'id of the candidate', parseName)
      .option(
        '--grace <duration>',
        "time to step down by itself before its key is deleted; 0ms deletes it at once (default: the candidate's TTL)",
        parseDuration,
      ),
  ),
).action(async (name: string, id: string, options: StoreOptions & LayoutOptions & { grace?: number }) => {
  const { signal } = stopRequest()
  const evicted = await usingStore(options, signal, async (store) =>
    new Election(store, name, await layoutOf(options)).evict(id, { signal, graceMs: options.grace }),
  )
  if (!evicted) throw new Failure('stopped before it was done')
  if (evicted.length === 0) {
    throw new Failure(`no candidate ${id} in election ${name}: see eldest candidates ${name}`)
  }
  for (const candidate of evicted) {
    if (options.json === true) {
      const { id, fencingToken } = candidate
      process.stdout.write(toJson({ event: 'evicted', election: name, id, fencingToken }) + '\n')
    } else {
      process.stdout.write(`evicted ${candidate.id}, token ${candidate.fencingToken}\n`)
    }
  }
})
