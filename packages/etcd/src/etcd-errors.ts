import { ConsensusError, type ErrorCode, isConsensusError } from '@eldest/core'
import { tlsFailure } from '@eldest/core/adapter'
import { ClientClosedError } from 'etcd3'
import { GIVEN_UP, STALE_TOKEN } from './etcd-call.js'

/** What a request does, for its error. */
export interface Doing {
  /** As in "etcd refuses to …". */
  what: string
  /** The right that it needs, as in "the user needs …". */
  right?: string
}

interface Row {
  /** gRPC's status; absent: any. */
  status?: number[]
  /** Within its details; absent: any. */
  details?: RegExp
  code: ErrorCode
}

/** From the first row that fits. The client has classes for a few of these; status and details tell all of them apart. */
const TABLE: readonly Row[] = [
  { details: /requested lease not found/, code: 'SESSION_LOST' },
  { details: /lease already exists/, code: 'KEY_EXISTS' },
  { details: /permission denied|authentication failed|user name is empty|user name not found/, code: 'ACCESS_DENIED' },
  { details: /authentication is not enabled/, code: 'ACCESS_DENIED' },
  { details: /request is too large|message larger than max/, code: 'VALUE_TOO_LARGE' },
  // Refused before the server has done anything: its token, its quota, its quorum.
  { details: new RegExp(`${STALE_TOKEN}|too many requests|space exceeded|etcdserver: no leader`), code: 'UNAVAILABLE' },
  { details: new RegExp(GIVEN_UP), code: 'OUTCOME_UNKNOWN' },
  // Every other UNAVAILABLE of gRPC may come after the request was sent.
  { details: /No connection established|Waiting for LB pick|Name resolution failed/, code: 'UNAVAILABLE' },
  { status: [1, 2, 4, 8, 10, 13, 14, 15], code: 'OUTCOME_UNKNOWN' },
  { code: 'BACKEND' },
]

/** The `ConsensusError` for an error of the client; one that is none of its is passed on. */
export function etcdError(error: unknown, { what, right }: Doing): unknown {
  if (isConsensusError(error) || !(error instanceof Error)) return error
  if (error instanceof ClientClosedError) return new ConsensusError('STORE_CLOSED', 'the store is closed')
  const [, status, text] = /^(\d+) [A-Z_]+: (.*)$/s.exec(error.message) ?? []
  const details = tidied(text ?? error.message)
  const row = TABLE.find(
    (row) => (row.status?.includes(Number(status)) ?? true) && (row.details?.test(details) ?? true),
  )
  const needed = row!.code === 'ACCESS_DENIED' && /permission denied/.test(details) && right
  const advice = needed ? `: the user needs ${right}` : adviceFor(details)
  return new ConsensusError(row!.code, `etcd could not ${what}: ${details}${advice}`, { cause: error })
}

/** Whether a request was refused because its token is not known any more: it has not happened. */
export function isStaleToken(error: unknown): boolean {
  return error instanceof Error && error.message.includes(STALE_TOKEN)
}

/** gRPC's details, without its time stamps and empty notes. */
function tidied(details: string): string {
  const worded = details
    .replace(/\.? Resolution note:\s*$/, '')
    .replace(/\. Last error: (Error: )?/, ': ')
    .replace(/\s*\(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, '')
  return tlsFailure(worded)
}

function adviceFor(details: string): string {
  if (/before secure TLS/.test(details)) return ': a server without TLS is reached by etcd://, and with it by etcds://'
  if (/Failed to connect/.test(details)) return ': a server with TLS is reached by etcds://, and without it by etcd://'
  if (/alert (bad certificate|certificate required)/.test(details))
    return ': the server wants a client certificate, "cert" and "key"'
  if (/Protocol error/.test(details)) return ': what answers is no etcd'
  if (/user name is empty/.test(details)) return ': the server wants a user and a password'
  if (/authentication is not enabled/.test(details)) return ': the server knows no users, leave user and password out'
  return ''
}
