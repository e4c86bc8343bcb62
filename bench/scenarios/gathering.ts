import { randomBytes } from 'node:crypto'
import { abortable } from '@eldest/core/adapter'
import { pause } from '../contenders/monotonic-clock.js'
import { AFTERMATH_MS } from '../crowds/consul-aftermath.js'
import type { Crowd, CrowdKind } from '../crowds/index.js'
import { Gauge } from '../gauge.js'
import { serverOf } from '../servers.js'

/** Closing many sessions takes its time, and one that hangs must not hold up the others. */
const CLOSING_MS = 10_000

/** What a crowd is gathered for. */
export interface Gathering {
  kind: CrowdKind
  ttlMs: number
  /** Ends it, whatever it waits for. */
  signal?: AbortSignal | undefined
}

/** Opens a crowd behind a gauge, in a namespace of its own, and closes both whatever happens. */
export async function gather<T>(
  { kind, ttlMs, signal }: Gathering,
  use: (crowd: Crowd, gauge: Gauge) => Promise<T>,
): Promise<T> {
  const gauge = await Gauge.listen(kind.store, serverOf(kind.store))
  let crowd: Crowd | undefined
  const work = async () => {
    crowd = await kind.open({ server: gauge.server, namespace: freshNamespace(), ttlMs })
    return use(crowd, gauge)
  }
  try {
    return await abortable(work(), signal)
  } finally {
    if (crowd) await close(crowd)
    await gauge.close()
    if (kind.store === 'consul' && kind.role !== 'ours') await pause(AFTERMATH_MS)
  }
}

async function close(crowd: Crowd): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSING_MS)))
  await Promise.race([crowd.close().catch(() => undefined), late])
  clearTimeout(timer)
}

/** Keys that nobody else has. */
export function freshNamespace(): string {
  return `bench-${randomBytes(6).toString('hex')}`
}
