import { type Candidate, Election } from '@eldest/core'
import Table from 'cli-table3'
import { Command } from 'commander'
import { electionArgument } from '../names.js'
import { formatDuration } from '../duration.js'
import { Failure } from '../failure.js'
import { layoutOf, type LayoutOptions, withLayout } from '../layouts.js'
import { toJson } from '../report.js'
import { stopRequest } from '../shutdown.js'
import { type StoreOptions, usingStore, withStore } from '../store-location.js'

export const candidatesCommand = withLayout(
  withStore(
    new Command('candidates')
      .summary('print the line of succession')
      .description('Prints who stands in ELECTION, the leader first: place, id, token, age, value.')
      .addArgument(electionArgument()),
  ),
).action(async (name: string, options: StoreOptions & LayoutOptions) => {
  const { signal } = stopRequest()
  const candidates = await usingStore(options, signal, async (store) =>
    new Election(store, name, await layoutOf(options)).candidates({ signal }),
  )
  if (!candidates) throw new Failure('stopped before it was done')
  if (options.json === true) {
    for (const [i, candidate] of candidates.entries()) {
      process.stdout.write(toJson(describeCandidate(candidate, i + 1)) + '\n')
    }
  } else if (candidates.length === 0) {
    process.stdout.write(`nobody stands in election ${name}\n`)
  } else {
    process.stdout.write(tableOf(candidates) + '\n')
  }
})

/** A candidate as JSON shows it. */
export function describeCandidate(candidate: Candidate, place: number): object {
  const { id, fencingToken, since, ttlMs, value, evicting } = candidate
  return { place, id, fencingToken, since: since?.toISOString(), ttlMs, value, evicting: evicting || undefined }
}

function tableOf(candidates: Candidate[]): string {
  const table = new Table({
    head: ['place', 'id', 'token', 'age', 'value'],
    style: { head: [], border: [], compact: true },
  })
  for (const [i, { id, fencingToken, since, value, evicting }] of candidates.entries()) {
    const age = since ? formatDuration(Date.now() - since.getTime()) : '?'
    const place = i === 0 ? '1 leads' : String(i + 1)
    table.push([place, id + (evicting ? ' (stepping down)' : ''), String(fencingToken), age, toJson(value)])
  }
  return table.toString()
}
