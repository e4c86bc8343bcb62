import { type ConsensusStore, type Entry, isConsensusError, type Session, worstCaseFailoverMs } from '@eldest/core'
import { formatDuration } from '../duration.js'

/** The outcome of one check. */
export interface Finding {
  check: string
  ok: boolean
  detail: string
  tookMs?: number
  [figure: string]: unknown
}

const PREFIX = 'doctor'

/**
 * Does once, on keys of its own, each thing that an election does, and yields what it found. A check that fails ends
 * the examination, since the next ones rest on it.
 */
export async function* examine(store: ConsensusStore, ttlMs: number, signal: AbortSignal): AsyncGenerator<Finding> {
  yield capabilitiesOf(store)
  let session: Session | undefined
  try {
    const opened = await timed('session', () => store.openSession({ ttlMs, signal }))
    session = opened.value
    yield { ...opened.finding, detail: `TTL ${formatDuration(session.ttlMs)} granted`, grantedTtlMs: session.ttlMs }
    yield* examineKeys(store, session, signal)
    const closing = session
    const closed = await timed('session end', () => closing.close())
    yield { ...closed.finding, detail: 'its keys are gone' }
    const worstMs = worstCaseFailoverMs(store.capabilities, session.ttlMs)
    yield {
      check: 'fail-over',
      ok: true,
      detail: `after a crash the next leads within ${formatDuration(store.capabilities.worstCaseExpiryMs(session.ttlMs))}, or ${formatDuration(worstMs)} if a notification is lost`,
      worstCaseExpiryMs: store.capabilities.worstCaseExpiryMs(session.ttlMs),
      worstCaseFailoverMs: worstMs,
    }
  } catch (error) {
    if (signal.aborted || !isConsensusError(error)) throw error
    yield { check: 'failed', ok: false, detail: `${error.message} (${error.code})`, code: error.code }
  } finally {
    await session?.close()
  }
}

async function* examineKeys(store: ConsensusStore, session: Session, signal: AbortSignal): AsyncGenerator<Finding> {
  const create = () => session.createOrdered(PREFIX, new Uint8Array([1]), { signal })
  const first = await timed('create', create)
  yield { ...first.finding, detail: `token ${first.value.createRevision}`, fencingToken: first.value.createRevision }
  const second = await create()
  const elder = await timed('predecessor', () => store.predecessor(second, { signal }))
  yield judge(elder.finding, elder.value?.key === first.value.key, 'the elder of two keys is found')
  const read = await timed('read', () => store.get(second.key, { signal }))
  yield judge(read.finding, read.value?.createRevision === second.createRevision, 'reads what was written')
  const put = await timed('guarded write', () =>
    store.put(second.key, new Uint8Array([2]), { guard: first.value, signal }),
  )
  yield judge(put.finding, put.value.session === session.id, 'accepted while the guard lives, the owner stays')
  const noticed = await timed('notification', () => deleteAndNotice(store, first.value, signal))
  yield { ...noticed.finding, detail: 'a deletion is noticed' }
  const refused = await timed('guard', () => isRefused(store, second, first.value, signal))
  yield judge(refused.finding, refused.value, 'a write whose guard is gone is refused')
}

function capabilitiesOf({ capabilities }: ConsensusStore): Finding {
  const { minTtlMs, maxTtlMs, ttlGranularityMs, maxValueBytes, singleHost } = capabilities
  const reach = singleHost ? 'one host' : 'many hosts'
  const ttls = `TTL ${formatDuration(minTtlMs)} to ${formatDuration(maxTtlMs)}`
  const detail = `${reach}, ${ttls}, values up to ${Math.round(maxValueBytes / 1024)} KiB`
  return { check: 'capabilities', ok: true, detail, minTtlMs, maxTtlMs, ttlGranularityMs, maxValueBytes, singleHost }
}

async function deleteAndNotice(store: ConsensusStore, entry: Entry, signal: AbortSignal): Promise<void> {
  let deleted = false
  for await (const state of store.watch(entry.key, { signal })) {
    if (!state) return
    if (!deleted) await store.delete(entry.key, { guard: entry, signal })
    deleted = true
  }
}

async function isRefused(store: ConsensusStore, entry: Entry, gone: Entry, signal: AbortSignal): Promise<boolean> {
  try {
    await store.put(entry.key, new Uint8Array([3]), { guard: gone, signal })
    return false
  } catch (error) {
    if (isConsensusError(error, 'GUARD_FAILED')) return true
    throw error
  }
}

function judge(finding: Finding, ok: boolean, detail: string): Finding {
  return { ...finding, ok, detail: ok ? detail : `NOT TRUE OF THIS STORE: ${detail}` }
}

async function timed<T>(check: string, work: () => Promise<T>): Promise<{ value: T; finding: Finding }> {
  const startMs = performance.now()
  const value = await work()
  return { value, finding: { check, ok: true, detail: '', tookMs: performance.now() - startMs } }
}
