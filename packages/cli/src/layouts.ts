import type { ElectionOptions } from '@eldest/core'
import { type Command, Option } from 'commander'

/** Whose candidates a command stands with. */
export interface LayoutOptions {
  layout: keyof typeof LAYOUTS
}

/** Each loaded only when it is asked for, with the client of its store. */
const LAYOUTS = {
  eldest: async () => undefined,
  concurrency: async () => (await import('@eldest/etcd')).concurrencyElection,
  'leader-latch': async () => (await import('@eldest/zookeeper')).leaderLatch,
}

/** Adds the option to a command that has to do with an election. */
export function withLayout(command: Command): Command {
  return command.addOption(
    new Option(
      '--layout <layout>',
      "whose keys: Eldest's own, of etcdctl elect and Go's concurrency, of Curator's latch",
    )
      .choices(Object.keys(LAYOUTS))
      .default('eldest'),
  )
}

/** The same as an option of the library. */
export async function layoutOf({ layout: name }: LayoutOptions): Promise<Pick<ElectionOptions, 'layout'>> {
  const layout = await LAYOUTS[name]()
  return layout ? { layout } : {}
}
