import type { ElectionLayout } from '@eldest/core'
import type { ForeignCandidate } from './foreign-candidate.js'

/** Where and as whom a candidate of another tool stands. */
export interface ForeignStand {
  /** As Eldest has it, the namespace included. */
  url: string
  election: string
  id: string
  ttlMs: number
}

/** Another tool that elects leaders on the same store, in a layout that Eldest knows. */
export interface ForeignTool {
  readonly layout: ElectionLayout
  /** As `--layout` takes it. */
  readonly layoutName: string
  /** The key of a candidate that died stays longer than anybody wants to wait. */
  readonly lingers: boolean
  start: (stand: ForeignStand) => ForeignCandidate
  close: () => Promise<void>
}

/** The parts of a URL: `scheme://hosts/namespace`. */
export function partsOf(url: string): { hosts: string; namespace: string } {
  const [, hosts, namespace] = /^\w+:\/\/([^/]+)\/([^?]*)/.exec(url)!
  return { hosts: hosts!, namespace: namespace! }
}
