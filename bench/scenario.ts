/** A figure of one row: a number with its unit in the name, such as `median, ms`, or a word, such as `never`. */
export type Figure = number | string

/** What one contender did on one store, in one run. */
export interface Row {
  /** `etcd`, `consul`, `zookeeper`, `redis`, `local`, or what else the row is about. */
  store: string
  /** As a reader knows it: `Eldest`, `etcd3's Election`, `bare requests`. */
  contender: string
  /** Named alike in all rows of a scenario. A missing one is shown as a dash. */
  figures: Record<string, Figure>
  /** Single measurements, in the unit of the figures: for pictures. */
  samples?: readonly number[]
}

/** How a scenario is to be run. */
export interface Bench {
  /** Fewer rounds, smaller sizes: to see that it works, not for publication. */
  quick: boolean
  /** Only contenders on these stores. Default: all. */
  stores: readonly string[] | undefined
  /** Tells what goes on. */
  progress(line: string): void
  /** Names a contender that cannot run here, and why. */
  missing(contender: string, why: string): void
  /** Aborts on Ctrl-C: stop, and leave nothing running. */
  signal: AbortSignal
}

/** One question, put to every contender side by side. */
export interface Scenario {
  /** As `--only` takes it. */
  name: string
  /** The question in words, and what each figure means. */
  title: string
  about: string
  /** One run; contenders take turns, so that what else the machine does hits all of them alike. */
  run(bench: Bench): Promise<Row[]>
}
