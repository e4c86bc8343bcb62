import { isConsensusError } from '@eldest/core'
import { onAbort } from '@eldest/core/adapter'
import type { CallOptions, Interceptor, InterceptorOptions, status } from '@grpc/grpc-js'

/** What every call to etcd carries. */
export interface Sending {
  /** Ends the call; it is its deadline. Not gRPC's own deadlines, which are kept on the wall clock. */
  signal?: AbortSignal
  /** Where authentication is on. */
  token?: string | undefined
}

/** Which end of a token etcd reports, in our words. */
export const STALE_TOKEN = 'the token has expired'

/** How a call that we have cancelled ends, in our words. */
export const GIVEN_UP = 'nobody waits any more'

/** The calls of a client that have not ended, by what cancels them. */
export type OpenCalls = Set<() => void>

/** As gRPC hands it to an interceptor. */
type NextCall = Parameters<Interceptor>[1]
type Call = ReturnType<NextCall>

/** Of gRPC's statuses those that we give. */
const STATUS = {
  cancelled: 1 as unknown as status,
  failedPrecondition: 9 as unknown as status,
  unauthenticated: 16 as unknown as status,
}

/** The options of one call, which is among the open ones while it lasts. */
export function callOptions({ signal, token }: Sending, open: OpenCalls): CallOptions {
  // Not an `InterceptingCall` around it: the module that has it takes some 5 ms to load by name.
  const intercept = (call: Call) => {
    const start = call.start.bind(call)
    call.start = (metadata, listener = {}) => {
      // A member without a leader refuses at once; otherwise it would hang for seconds, and a watch for ever.
      metadata.set('hasleader', 'true')
      if (token !== undefined) metadata.set('token', token)
      start(metadata, {
        onReceiveMetadata: (received) => listener.onReceiveMetadata?.(received),
        onReceiveMessage: (message) => listener.onReceiveMessage?.(message),
        onReceiveStatus(ending) {
          unlink()
          open.delete(cancel)
          // etcd3 repeats a call for ever, with the same token, when it reads etcd's own words here.
          const isStale = /invalid auth token|revision of auth store is old/.test(ending.details)
          const told = { ...ending, code: STATUS.unauthenticated, details: STALE_TOKEN }
          listener.onReceiveStatus?.(isStale ? told : ending)
        },
      })
    }
    const cancel = (reason?: unknown) => {
      // etcd3 takes a cancelled call for the failure of its member, and lets go of every connection there, with all
      // watches and renewals: right where no answer came in time, and not where somebody has left.
      const isLate = isConsensusError(reason, 'UNAVAILABLE', 'OUTCOME_UNKNOWN') || isTimeout(reason)
      call.cancelWithStatus(isLate ? STATUS.cancelled : STATUS.failedPrecondition, GIVEN_UP)
    }
    const unlink = onAbort(signal, cancel)
    open.add(cancel)
    return call
  }
  const interceptor = (options: InterceptorOptions, next: NextCall) => intercept(next(options))
  return { interceptors: [interceptor as unknown as Interceptor] }
}

/** The reason of `AbortSignal.timeout`. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}
