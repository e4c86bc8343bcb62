import type { Host, TlsOptions } from '@eldest/core/adapter'
import {
  Etcd3,
  type ILeaseGrantResponse,
  type ILeaseKeepAliveRequest,
  type ILeaseKeepAliveResponse,
  type ILeaseTimeToLiveResponse,
  type IOptions,
  type IRangeRequest,
  type IRangeResponse,
  type ITxnRequest,
  type ITxnResponse,
  type IWatchRequest,
  type IWatchResponse,
} from 'etcd3'
import { callOptions, type OpenCalls, type Sending } from './etcd-call.js'

/** A gRPC stream in both directions. */
export interface EtcdStream<Sent, Received> {
  write(message: Sent): void
  /** Nothing will be written any more. */
  end(): void
  cancel(): void
  on(event: 'data', listener: (message: Received) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
}

export type KeepAliveStream = EtcdStream<ILeaseKeepAliveRequest, ILeaseKeepAliveResponse>
export type WatchStream = EtcdStream<IWatchRequest, IWatchResponse>

/** The few requests to one member that a store is made of. Each rejects with the client's own error. */
export interface EtcdClient {
  range(request: IRangeRequest, sending: Sending): Promise<IRangeResponse>
  txn(request: ITxnRequest, sending: Sending): Promise<ITxnResponse>
  grant(request: { TTL: number; ID?: string }, sending: Sending): Promise<ILeaseGrantResponse>
  revoke(id: string, sending: Sending): Promise<unknown>
  timeToLive(id: string, sending: Sending): Promise<ILeaseTimeToLiveResponse>
  authenticate(name: string, password: string, sending: Sending): Promise<{ token: string }>
  keepAlive(sending: Sending): Promise<KeepAliveStream>
  watch(sending: Sending): Promise<WatchStream>
  close(): void
}

const GRPC_OPTIONS = {
  // Without pings a hung server is never noticed. More often than every 5 s the server ends the connection for it
  // (etcd's --grpc-keepalive-min-time).
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // A list has no bound but the server's.
  'grpc.max_receive_message_length': -1,
}

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>

/** Sends each request once. The `noop` of etcd3's own library does no more, measures each run, and takes 5 ms to load. */
const once = { execute: async (send: () => unknown) => send() } as unknown as Policy

/** The client of one member. Nothing is repeated in here: etcd3's own policy repeats writes. */
export function openEtcdClient({ host, port }: Host, tls: TlsOptions | undefined): EtcdClient {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const { ca, cert, key } = tls ?? {}
  const hasFiles = ca !== undefined || cert !== undefined
  const client = new Etcd3({
    hosts: `${tls ? 'https' : 'http'}://${address}`,
    // Undefined for the root certificate means those of Node, whatever the type says.
    ...(hasFiles && {
      credentials: { rootCertificate: buffer(ca)!, privateKey: buffer(key)!, certChain: buffer(cert)! },
    }),
    faultHandling: { host: () => once, global: once },
    grpcOptions: GRPC_OPTIONS,
  })
  const open: OpenCalls = new Set()
  const options = (sending: Sending) => callOptions(sending, open)
  const { kv, leaseClient, watchClient, auth } = client
  return {
    range: (request, sending) => kv.range(request, options(sending)),
    txn: (request, sending) => kv.txn(request, options(sending)),
    grant: (request, sending) => leaseClient.leaseGrant(request, options(sending)),
    revoke: (ID, sending) => leaseClient.leaseRevoke({ ID }, options(sending)),
    timeToLive: (ID, sending) => leaseClient.leaseTimeToLive({ ID }, options(sending)),
    authenticate: (name, password, sending) => auth.authenticate({ name, password }, options(sending)),
    keepAlive: (sending) => leaseClient.leaseKeepAlive(options(sending)),
    watch: (sending) => watchClient.watch(options(sending)),
    close() {
      for (const cancel of open) cancel()
      client.close()
    },
  }
}

function buffer(pem: string | Buffer | undefined): Buffer | undefined {
  return pem === undefined ? undefined : Buffer.from(pem)
}
