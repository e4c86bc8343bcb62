import { onAbort } from '@eldest/core/adapter'
import { type CallOptions, InterceptingCall, status as codes } from '@grpc/grpc-js'

/** What every call to etcd carries. */
export interface Sending {
  /** Ends the call; it is its deadline. Not gRPC's own deadlines, which are kept on the wall clock. */
  signal?: AbortSignal
  /** Where authentication is on. */
  token?: string | undefined
}

/** Which end of a token etcd reports, in our words. */
export const STALE_TOKEN = 'the token has expired'

/** The options of one call, which ends when the client is closed. */
export function callOptions({ signal, token }: Sending, closed: AbortSignal): CallOptions {
  return {
    interceptors: [
      (options, nextCall) => {
        const call = new InterceptingCall(nextCall(options), {
          start(metadata, _, next) {
            // A member without a leader refuses at once; otherwise it would hang for seconds, and a watch for ever.
            metadata.set('hasleader', 'true')
            if (token !== undefined) metadata.set('token', token)
            next(metadata, {
              onReceiveStatus(status, nextStatus) {
                for (const unlink of links) unlink()
                // etcd3 repeats a call for ever, with the same token, when it reads etcd's own words here.
                const isStale = /invalid auth token|revision of auth store is old/.test(status.details)
                nextStatus(isStale ? { ...status, code: codes.UNAUTHENTICATED, details: STALE_TOKEN } : status)
              },
            })
          },
        })
        const cancel = () => call.cancelWithStatus(codes.CANCELLED, 'nobody waits any more')
        const links = [onAbort(signal, cancel), onAbort(closed, cancel)]
        return call
      },
    ],
  }
}
