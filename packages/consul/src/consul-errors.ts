import { ConsensusError, type ErrorCode, isConsensusError } from '@eldest/core'
import { tlsFailure } from '@eldest/core/adapter'

/** What a request does, for its error. */
export interface Doing {
  /** As in "Consul could not …". */
  what: string
  /** The rule of a policy that it needs. */
  right?: string
}

/** A transaction that was not carried out because of its conditions. */
export class ConditionFailed extends Error {
  /** The steps that failed, from 0. */
  readonly steps: ReadonlySet<number>

  constructor(steps: Iterable<number>) {
    super('a condition of the transaction did not hold')
    this.steps = new Set(steps)
  }
}

interface Row {
  /** HTTP's status; absent: any. */
  status?: number
  /** Node's code; absent: any. */
  code?: RegExp
  /** Within the text of the answer or the message; absent: any. */
  text?: RegExp
  as: ErrorCode
}

/** From the first row that fits. */
const TABLE: readonly Row[] = [
  { status: 403, as: 'ACCESS_DENIED' },
  { text: /Permission denied|ACL not found/, as: 'ACCESS_DENIED' },
  { text: /invalid session/, as: 'SESSION_LOST' },
  { status: 413, as: 'VALUE_TOO_LARGE' },
  // For some seconds after an agent's start it knows nothing of its own node, and does nothing.
  { text: /Missing node registration/, as: 'UNAVAILABLE' },
  { status: 500, as: 'OUTCOME_UNKNOWN' }, // no leader, a leader that changes, a request that did not reach it
  { status: 429, as: 'UNAVAILABLE' },
  { status: 503, as: 'OUTCOME_UNKNOWN' },
  { code: /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, as: 'UNAVAILABLE' },
  // The handshake failed, on either side.
  { code: /CERT|SELF_SIGNED|UNABLE_TO_|EPROTO|^ERR_(TLS|SSL|OSSL)/, as: 'UNAVAILABLE' },
  { code: /^HPE_/, as: 'BACKEND' },
  { code: /^(ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED)$/, as: 'OUTCOME_UNKNOWN' },
  { text: /request aborted|timed out/, as: 'OUTCOME_UNKNOWN' },
  { as: 'BACKEND' },
]

interface ClientError extends Error {
  statusCode?: number
  code?: string
  response?: { body?: unknown }
}

/** The error for an error of the client, which holds the token: it is never handed on. One of ours is passed on. */
export function consulError(error: unknown, { what, right }: Doing): unknown {
  if (isConsensusError(error) || error instanceof ConditionFailed || !(error instanceof Error)) return error
  const { statusCode, code = '', message, response } = error as ClientError
  const reasons = statusCode === 409 ? reasonsOf(response?.body) : []
  const text = reasons.length > 0 ? reasons.map(({ What }) => What).join('; ') : textOf(response?.body) || message
  const fits = (row: Row) =>
    (row.status ?? statusCode) === statusCode && (row.code?.test(code) ?? true) && (row.text?.test(text) ?? true)
  const { as } = TABLE.find(fits)!
  if (as === 'BACKEND' && reasons.length > 0) return new ConditionFailed(reasons.map(({ OpIndex }) => OpIndex))
  const needed = as === 'ACCESS_DENIED' && !/ACL not found/.test(text) && right
  const advice = needed ? `: the token needs ${right}` : adviceFor(code, text)
  const cause = Object.assign(new Error(message), { code: code || undefined, status: statusCode })
  return new ConsensusError(as, `Consul could not ${what}: ${tlsFailure(text)}${advice}`, { cause })
}

/** Whether a session is not known any more. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && (error as ClientError).statusCode === 404
}

function reasonsOf(body: unknown): { OpIndex: number; What: string }[] {
  const { Errors } = (typeof body === 'object' && body !== null ? body : {}) as {
    Errors?: { OpIndex: number; What: string }[]
  }
  return Errors ?? []
}

function textOf(body: unknown): string {
  if (Buffer.isBuffer(body)) return body.toString()
  return typeof body === 'string' ? body : ''
}

function adviceFor(code: string, text: string): string {
  if (/HTTP request to an HTTPS server/.test(text) || (code === 'EPROTO' && /wrong version number/.test(text))) {
    return ': does it speak TLS, as consuls:// wants, or not, as consul:// does?'
  }
  if (/alert (bad certificate|certificate required)/.test(text))
    return ': the server wants a client certificate, "cert" and "key"'
  if (/ACL not found/.test(text)) return ': the server knows no such token'
  if (/^HPE_/.test(code)) return ': what answers is no Consul'
  return ''
}
