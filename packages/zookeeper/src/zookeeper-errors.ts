import { ConsensusError, type ErrorCode, isConsensusError } from '@eldest/core'
import { Exception } from 'node-zookeeper-client'

/** What a request does, for its error. */
export interface Doing {
  /** As in "ZooKeeper could not …". */
  what: string
  /** The permission that it needs, as in "the user needs …". */
  right?: string
}

/** The errors that answer a question, by which a request proceeds. */
export const NO_NODE = Exception.NO_NODE
export const NODE_EXISTS = Exception.NODE_EXISTS
export const BAD_VERSION = Exception.BAD_VERSION
export const CONNECTION_LOSS = Exception.CONNECTION_LOSS

const TABLE: ReadonlyMap<number, ErrorCode> = new Map([
  [Exception.CONNECTION_LOSS, 'OUTCOME_UNKNOWN'],
  [Exception.OPERATION_TIMEOUT, 'OUTCOME_UNKNOWN'],
  [Exception.SESSION_EXPIRED, 'SESSION_LOST'],
  [Exception.NO_AUTH, 'ACCESS_DENIED'],
  [Exception.AUTH_FAILED, 'ACCESS_DENIED'],
  [Exception.INVALID_ACL, 'ACCESS_DENIED'],
  [Exception.NO_CHILDREN_FOR_EPHEMERALS, 'UNSUPPORTED'],
])

/** The `ConsensusError` for an error of the client; one of ours is passed on. */
export function zookeeperError(error: unknown, { what, right }: Doing): unknown {
  if (isConsensusError(error) || !(error instanceof Error)) return error
  const code = codeOf(error)
  const as = (code === undefined ? undefined : TABLE.get(code)) ?? 'BACKEND'
  const advice = as === 'ACCESS_DENIED' && right !== undefined ? `: the user needs ${right}` : ''
  return new ConsensusError(as, `ZooKeeper could not ${what}: ${error.message}${advice}`, { cause: error })
}

/** The code of an error of the client. */
export function codeOf(error: unknown): number | undefined {
  const { code } = error as { code?: unknown }
  return error instanceof Error && typeof code === 'number' ? code : undefined
}
